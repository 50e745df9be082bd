import { xdr } from '@stellar/stellar-sdk/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChainError, SimulationFailure, shouldRetry } from '../chain/errors.ts';
import { readMovements } from '../chain/history.ts';
import { xlm } from '../chain/localnet.fixture.ts';
import { scripted } from '../chain/scripted.fixture.ts';
import { prepareSponsoredAccount } from '../chain/sponsor.ts';
import { call, callFromWire, callToWire } from './calls.ts';
import { ask, ContractRefusal, prepareCall, readResultOf } from './client.ts';
import { Community, epochSeconds, MeshKey, rules } from './community.fixture.ts';
import { type IncentiveEvent, readIncentiveEvent, readIncentiveEvents } from './events.ts';
import { refusalOf } from './refusals.ts';

let c: Community;
let from: number;
beforeAll(async () => {
  c = await Community.open();
  from = c.world.net.latest.seq;
});
afterAll(() => c[Symbol.asyncDispose]());

const events = async (options?: Parameters<typeof readIncentiveEvents>[2]): Promise<readonly IncentiveEvent[]> => {
  const page = await readIncentiveEvents(c.chain, { ledger: from }, options);
  if (page.kind !== 'page') throw new Error(page.kind);
  expect(page.unread).toBe(0);
  return page.events;
};

describe('an hour of a node without any XLM', () => {
  test('what the contract was set up with', async () => {
    const { contractId, token } = c.chain.network;
    expect(await ask(c.chain, call('config'))).toEqual({
      token,
      hubKey: c.hub.hex,
      anchor: Buffer.from(Community.value(Community.startEpoch)).toString('hex'),
      anchorEpoch: Community.startEpoch,
      epochSeconds,
    });
    expect(await ask(c.chain, call('params', c.now))).toEqual(rules);
    expect(await ask(c.chain, call('node', c.node.raw))).toBeUndefined();
    expect(contractId).toMatch(/^C/);
  });

  test('registered, proved, attested, settled, claimed: brought and paid for by the hub', async () => {
    const wallet = c.world.stranger();
    const sponsored = await prepareSponsoredAccount(c.chain, { sponsor: c.relay.address, address: wallet.address });
    if ('refused' in sponsored) throw new Error(sponsored.refused);
    await c.world.done(sponsored, c.relay, wallet);

    await c.done(c.registration(wallet.address));
    expect(await ask(c.chain, call('node', c.node.raw))).toMatchObject({ payout: wallet.address, nonce: 1, index: 1, caught: 0 });

    const hour = c.now;
    c.waitUntil(hour + 1);
    const { state } = await c.done(call('submit_batch', [c.proof(hour, 12_000), c.proof(hour, 12_000)]));
    if (state.at !== 'confirmed') throw new Error(state.at);
    expect(readResultOf(call('submit_batch', []), state.returnValue!)).toEqual([0, 23]);
    const { epoch, uptimeBp, latencyUs, earning, signature } = c.attestation(hour, 12_000);
    await c.done(call('attest', c.node.raw, epoch, uptimeBp, latencyUs, earning, signature));
    expect(await ask(c.chain, call('proof', c.node.raw, hour))).toMatchObject({
      packetCount: 12_000,
      status: 'open',
      attested: { uptimeBp: 9900, latencyUs: 50_000, earning: 12_000, inTime: true },
      onProbation: false,
      gross: 1_380_000n,
      challenged: undefined,
      seed: undefined,
      mustReveal: false,
    });

    c.waitUntil(hour + 2);
    await c.done(call('publish', hour + 2, Community.value(hour + 2)));
    c.waitUntil(hour + 3);
    const claim = call('claim', c.node.raw, [hour]);
    const prepared = await c.prepare(claim);
    if ('refused' in prepared) throw new Error(prepared.refused);
    // 12,000 packets at 0.01 XLM per 1,000, +10 % and +5 %.
    expect(prepared.result).toBe(1_380_000n);
    expect(prepared.feeLikelyStroops).toBeLessThanOrEqual(prepared.prepared.feeMaxStroops);
    const paid = await c.world.done(prepared.prepared, c.relay);
    expect(readResultOf(claim, (paid.state as { returnValue: string }).returnValue)).toBe(1_380_000n);
    expect(await c.world.balance(wallet.address)).toBe(1_380_000n);
    expect(await ask(c.chain, call('earnings', c.node.raw))).toEqual({ proved: 12_000, gross: 1_380_000n, paid: 1_380_000n, forfeited: 0n });
    expect(await ask(c.chain, call('epoch', hour))).toMatchObject({ total: 1_380_000n, settled: true, drawn: false });

    const node = c.node.hex;
    expect(await events()).toMatchObject([
      { name: 'registered', node, payout: wallet.address, index: 1 },
      { name: 'proved', node, epoch: hour, packetCount: 12_000, merkleRoot: '05'.repeat(32), accepted: hour + 1 },
      { name: 'attested', node, epoch: hour, packets: 12_000, bp: 11_500, shareBp: 10_000, gross: 1_380_000n, inTime: true },
      ...[hour + 1, hour + 2].reverse().map((epoch) => ({ name: 'published', epoch })),
      { name: 'paid', node, epoch: hour, packets: 12_000, bp: 11_500, gross: 1_380_000n, amount: 1_380_000n, payout: wallet.address },
    ]);
    expect(await events({ node, names: ['paid', 'published'] })).toMatchObject([{ name: 'published' }, { name: 'published' }, { name: 'paid' }]);
    expect(await events({ node: new MeshKey(9).raw })).toEqual([]);
    expect((await events({ node })).map(({ name }) => name)).toEqual(['registered', 'proved', 'attested', 'paid']);

    const movements = await readMovements(c.chain, wallet.address, { ledger: from });
    expect(movements).toMatchObject({ events: [{ kind: 'received', amountStroops: 1_380_000n, counterparty: c.chain.network.contractId }] });
  });

  test('a payout account that nobody made: too little waits, a first payment of 1 XLM or more makes it (CAP-73)', async () => {
    const wallet = c.world.stranger();
    await c.done(c.registration(wallet.address, 2));
    const hour = c.now;
    c.waitUntil(hour + 2);
    await c.done(call('submit_batch', [c.proof(hour, 12_000), c.proof(hour + 1, 120_000)]));
    await c.done(call('attest_batch', [c.attestation(hour, 12_000), c.attestation(hour + 1, 120_000)]));
    c.waitUntil(hour + 4);
    await c.done(call('publish', hour + 3, Community.value(hour + 3)));
    const early = await c.prepare(call('claim', c.node.raw, [hour]));
    expect(early).toMatchObject({ refused: 'contract', refusal: { name: 'PaymentFailed', verdict: 'later' } });
    await c.done(call('claim', c.node.raw, [hour, hour + 1]));
    expect(await c.world.balance(wallet.address)).toBe(1_380_000n + 13_800_000n);
  });

  test('page by page, and on from where it ended', async () => {
    const whole = await events();
    const collected: IncentiveEvent[] = [];
    let position: Parameters<typeof readIncentiveEvents>[1] = { ledger: from };
    for (;;) {
      const page = await readIncentiveEvents(c.chain, position, { limit: 2 });
      if (page.kind !== 'page') throw new Error(page.kind);
      collected.push(...page.events);
      position = page.next;
      if (page.upToDate) break;
    }
    expect(collected).toEqual(whole);
    const before = await readIncentiveEvents(c.chain, position);
    expect(before).toMatchObject({ kind: 'page', events: [], upToDate: true });
    await c.done(c.registration(c.relay.address, 3));
    const after = await readIncentiveEvents(c.chain, position);
    expect(after).toMatchObject({ kind: 'page', events: [{ name: 'payout', payout: c.relay.address, nonce: 3 }] });
  });

  test('a vote that changes the rules', async () => {
    const changed = { ...rules, stroopsPer1000: 200_000 };
    const change = { params: changed };
    const { write } = (await import('./types.ts')).change;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(write(change).toXdr())));
    const proposing = call('propose', c.node.raw, 4, change, c.node.sign(c.message('em-propose-v1', c.node.raw, [4, 4], hash)));
    const { state } = await c.done(proposing);
    const id = readResultOf(proposing, (state as { returnValue: string }).returnValue);
    await c.done(call('vote', id, c.node.raw, true, c.node.sign(c.message('em-vote-v1', c.node.raw, [id, 4], [1, 1]))));
    const proposal = await ask(c.chain, call('proposal', id));
    expect(proposal).toMatchObject({ change, node: c.node.hex, yes: 1, no: 0, executed: false });
    expect(await c.prepare(call('execute', id))).toMatchObject({ refused: 'contract', refusal: { name: 'TooEarly', verdict: 'later' } });
    c.waitUntil(proposal!.executableFrom);
    await c.done(call('execute', id));
    expect(await ask(c.chain, call('params', c.now + 1))).toEqual(changed);
    expect((await events({ names: ['proposed', 'voted', 'executed', 'params'] })).map(({ name }) => name)).toEqual(['proposed', 'voted', 'params', 'executed']);
    expect(await ask(c.chain, call('proposal', 99))).toBeUndefined();
  });
});

describe('what the contract refuses', () => {
  const refusal = async (what: Parameters<typeof ask>[1]): Promise<unknown> => {
    const prepared = await c.prepare(what);
    return 'refused' in prepared && prepared.refused === 'contract' ? [prepared.refusal.name, prepared.refusal.verdict] : prepared;
  };

  test('is a name, a sentence and what to do, not a stack', async () => {
    const stranger = new MeshKey(9);
    expect(await refusal(call('claim', stranger.raw, [1]))).toEqual(['NotRegistered', 'later']);
    expect(await refusal(call('submit_proof', c.proof(c.now, 5)))).toEqual(['NotOver', 'later']);
    expect(await refusal(call('submit_proof', c.proof(c.now - 200, 5)))).toEqual(['TooOld', 'never']);
    expect(await refusal(call('claim', c.node.raw, [c.now]))).toEqual(['NoProof', 'later']);
    expect(await refusal(call('submit_proof', { ...c.proof(c.now - 1, 5), packetCount: 6 }))).toEqual(['BadSignature', 'never']);
    expect(await refusal(call('publish', c.now, new Uint8Array(32)))).toEqual(['ChainMismatch', 'never']);
    expect(await refusal(c.registration(c.relay.address, 1))).toEqual(['NonceUsed', 'never']);
  });

  test('what a question gets is an error that knows whether to try again', async () => {
    const error = await ask(c.chain, call('claim', c.node.raw, [c.now])).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContractRefusal);
    expect(error).toBeInstanceOf(ChainError);
    expect((error as ContractRefusal).message).toContain('NoProof: There is no proof of this hour.');
    expect(shouldRetry(error)).toBe(true);
    expect(refusalOf(4711)).toMatchObject({ name: 'Error4711', verdict: 'never' });
  });

  test('a host that stops for another reason is no refusal', async () => {
    const network = { ...c.chain.network, contractId: c.chain.network.token };
    const error = await ask({ ...c.chain, network }, call('claim', c.node.raw, [1])).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SimulationFailure);
    expect(shouldRetry(error)).toBe(false);
    const { contractId: _, ...none } = c.chain.network;
    await expect(ask({ ...c.chain, network: none }, call('config'))).rejects.toThrow(RangeError);
    await expect(readIncentiveEvents({ ...c.chain, network: none }, { ledger: 1 })).rejects.toThrow(RangeError);
  });

  test('nobody pays more than they said, nor what they have not got', async () => {
    const publish = call('draw', c.now - 200);
    const dear = await prepareCall(c.chain, publish, { source: c.relay.address, feeStroopsMax: 1_000n });
    expect(dear).toMatchObject({ refused: 'too-dear' });
    const poor = await c.world.withBalance(xlm(1));
    expect(await prepareCall(c.chain, publish, { source: poor.address })).toMatchObject({ refused: 'insufficient' });
    expect(await prepareCall(c.chain, publish, { source: c.world.stranger().address })).toEqual({ refused: 'source-missing' });
  });
});

describe('a call on its way through a relay', () => {
  test('arrives as it was', () => {
    for (const what of [
      c.registration(c.relay.address),
      call('submit_batch', [c.proof(1, 2), c.proof(3, 4)]),
      call('claim', c.node.raw, [1, 2, 3]),
      call('reveal', c.node.raw, 1, [new Uint8Array([1, 2, 3])]),
      call('propose', c.node.raw, 1, { params: rules }, new Uint8Array(64)),
      call('propose', c.node.raw, 1, { hub: { hubKey: c.hub.raw, anchor: new Uint8Array(32), anchorEpoch: 7 } }, new Uint8Array(64)),
    ]) {
      const wire = JSON.parse(JSON.stringify(callToWire(what))) as ReturnType<typeof callToWire>;
      const read = callFromWire(wire);
      expect(read?.function).toBe(what.function);
      expect(callToWire(read!)).toEqual(wire);
    }
  });

  test('anything else is no call', () => {
    const { args } = callToWire(call('claim', c.node.raw, [1]));
    const extra = xdr.ScVal.scvMap([new xdr.ScMapEntry({ key: xdr.ScVal.scvSymbol('x'), val: xdr.ScVal.scvVoid() })]).toXdr('base64');
    for (const wire of [
      { function: 'config', args: [] },
      { function: '__constructor', args: [] },
      { function: 'toString', args: [] },
      { function: 'claim', args: args.slice(1) },
      { function: 'claim', args: [...args, ...args] },
      { function: 'claim', args: [args[1]!, args[0]!] },
      { function: 'claim', args: [args[0]!, 'nonsense'] },
      { function: 'claim', args: [args[0]!, `${args[1]}AAAA`] },
      { function: 'submit_proof', args: [extra] },
    ])
      expect(callFromWire(wire)).toBeUndefined();
  });

  test('values that cannot be written are a mistake of the caller', () => {
    expect(() => call('claim', new Uint8Array(31), [1])).toThrow(RangeError);
    expect(() => call('claim', c.node.raw, [-1])).toThrow(RangeError);
    expect(() => call('claim', c.node.raw, [2 ** 32])).toThrow(RangeError);
    expect(() => call('publish', 0.5, new Uint8Array(32))).toThrow(RangeError);
    expect(() => call('submit_proof', { ...c.proof(1, 2), packetCount: -1 })).toThrow(RangeError);
    expect(() => call('register', c.node.raw, 'nobody', 1, new Uint8Array(64), new Uint8Array(64))).toThrow();
  });
});

test('events of a newer contract are passed over, and counted', async () => {
  const symbol = (name: string): string => xdr.ScVal.scvSymbol(name).toXdr('base64');
  const id = `${(7n << 32n).toString().padStart(19, '0')}-0000000001`;
  const base = {
    id,
    ledger: 7,
    ledgerClosedAt: '2026-11-22T12:00:00Z',
    contractId: c.chain.network.token,
    txHash: 'ab',
    value: xdr.ScVal.scvVoid().toXdr('base64'),
  };
  const topics = [[symbol('burned')], [symbol('proved')], [symbol('toString')], [], [symbol('executed')]];
  const chain = scripted({ getEvents: () => ({ events: topics.map((topic) => ({ ...base, topic })), cursor: id, oldestLedger: 1, latestLedger: 7 }) });
  expect(await readIncentiveEvents(chain, { ledger: 7 })).toMatchObject({ kind: 'page', events: [], unread: 5 });
  expect(readIncentiveEvent({ id, topics: [], value: xdr.ScVal.scvVoid(), contract: '', ledger: 7, closedAt: 0, transaction: '' })).toBeUndefined();
});
