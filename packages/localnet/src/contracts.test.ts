import {
  Address,
  authorizeEntry,
  Contract,
  contract,
  hash,
  Keypair,
  nativeToScVal,
  Operation,
  rpc,
  SorobanDataBuilder,
  scValToNative,
  type Transaction,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operationCodes, probeWasm, startMs, World } from './localnet.fixture.ts';

interface Probe extends contract.Client {
  config(): Promise<contract.AssembledTransaction<contract.Result<{ hub_key: Uint8Array; token: string; epoch_seconds: number }>>>;
  count(args: { node: Uint8Array; by: bigint }, options?: contract.MethodOptions): Promise<contract.AssembledTransaction<contract.Result<bigint>>>;
  temp(args: { n: number }, options?: contract.MethodOptions): Promise<contract.AssembledTransaction<number | null>>;
  now(): Promise<contract.AssembledTransaction<[bigint, number, Uint8Array, string]>>;
  hash(args: { data: Uint8Array }): Promise<contract.AssembledTransaction<Uint8Array>>;
  verify(args: { key: Uint8Array; message: Uint8Array; signature: Uint8Array }): Promise<contract.AssembledTransaction<null>>;
  random(): Promise<contract.AssembledTransaction<bigint>>;
  pay(args: { to: string; amount: bigint }): Promise<contract.AssembledTransaction<contract.Result<bigint>>>;
  kinds(args: { list: unknown[]; map: Map<Uint8Array, bigint> }): Promise<contract.AssembledTransaction<[bigint, bigint, Map<number, unknown>]>>;
}

let w: World;
let alice: Keypair;
let probe: Probe;
/** The SDK's clock is the machine's; the network's may be far ahead. */
const yearLong = { timeoutInSeconds: 400 * 86_400 };
const hubKey = new Uint8Array(32).fill(7);
const node = (n: number) => new Uint8Array(32).fill(n);
const wasmHash = hash(probeWasm);

const options = (keypair: Keypair) => ({
  rpcUrl: w.net.rpcUrl,
  allowHttp: true,
  networkPassphrase: w.net.passphrase,
  publicKey: keypair.publicKey(),
  ...contract.basicNodeSigner(keypair, w.net.passphrase),
});

const upload = async () => {
  const tx = await w.rpc.prepareTransaction(await w.build(alice, [Operation.uploadContractWasm({ wasm: probeWasm })]));
  tx.sign(alice);
  return w.sent(tx);
};

const deploy = async (): Promise<Probe> => {
  const config = { hub_key: hubKey, token: w.net.nativeContract, epoch_seconds: 300 };
  const tx = await contract.Client.deploy<Probe>({ config }, { wasmHash, ...options(alice), salt: Keypair.random().rawPublicKey() });
  const { result } = await tx.signAndSend();
  return result;
};

beforeAll(async () => {
  w = await World.open({ config: { protocolVersion: 29 } });
  alice = await w.funded();
  expect((await upload()).status).toBe('SUCCESS');
  probe = await deploy();
});
afterAll(() => w[Symbol.asyncDispose]());

const dataOf = (tx: Transaction): xdr.SorobanTransactionData => {
  const envelope = tx.toEnvelope();
  if (envelope.type !== 'envelopeTypeTx' || envelope.v1.tx.ext.type !== 'sorobanData') throw new Error('no contract transaction');
  return envelope.v1.tx.ext.sorobanData;
};

const idOf = (c: Probe) => c.options.contractId;

it('runs a deployed contract: constructor, instance, values both ways', async () => {
  expect((await probe.config()).result.unwrap()).toEqual({ hub_key: hubKey, token: w.net.nativeContract, epoch_seconds: 300 });
  const [seconds, seq, network, self] = (await probe.now()).result;
  expect([Number(seconds), seq, self]).toEqual([startMs / 1000, w.net.latest.seq + 1, idOf(probe)]);
  expect(Buffer.from(network).equals(Buffer.from(hash(Buffer.from(w.net.passphrase))))).toBe(true);
  expect((await probe.hash({ data: new Uint8Array([1, 2, 3]) })).result).toEqual(new Uint8Array(hash(new Uint8Array([1, 2, 3]))));
  const list = [
    { tag: 'Count', values: [4n] },
    { tag: 'Config', values: [{ hub_key: hubKey, token: w.net.nativeContract, epoch_seconds: 5 }] },
    { tag: 'Count', values: [2n ** 60n] },
  ];
  const [sum, total, out] = (
    await probe.kinds({
      list,
      map: new Map([
        [node(1), 5n],
        [node(2), -(2n ** 100n)],
      ]),
    })
  ).result;
  expect([sum, total]).toEqual([4n + 2n ** 60n, 5n - 2n ** 100n]);
  expect([...out]).toMatchObject([
    [0, { tag: 'Count', values: [4n] }],
    [1, { tag: 'Config' }],
    [2, { tag: 'Count', values: [2n ** 60n] }],
  ]);
});

it('keeps what a call wrote, emits its event, and finds its error code', async () => {
  const first = await (await probe.count({ node: node(1), by: 5n })).signAndSend();
  expect(first.result.unwrap()).toBe(5n);
  const second = await (await probe.count({ node: node(1), by: 2n })).signAndSend();
  expect(second.result.unwrap()).toBe(7n);
  const found = await w.rpc.getEvents({
    startLedger: 2,
    filters: [{ type: 'contract', contractIds: [idOf(probe)], topics: [[xdr.ScVal.scvSymbol('counted').toXdr('base64'), '*']] }],
  });
  expect(found.events.map((e) => scValToNative(e.value))).toEqual([
    { count: 5n, total: 5n << 70n },
    { count: 7n, total: 7n << 70n },
  ]);
  expect(found.events[1]?.txHash).toBe(second.sendTransactionResponse?.hash);

  const refused = await probe.count({ node: node(1), by: 1001n });
  expect(refused.result.isErr()).toBe(true);
  expect(refused.simulation && 'error' in refused.simulation && refused.simulation.error).toMatch(/^HostError: Error\(Contract, #2\)\n/);
});

it('pays from the contract, creates the account it pays to (CAP-73), and passes on what the token refuses', async () => {
  const to = Keypair.random().publicKey();
  const short = await probe.pay({ to, amount: 10_000_000n }).then((t) => t.simulation);
  expect(short && 'error' in short && short.error).toMatch(/Error\(Contract, #10\)/);

  const fund = new Contract(w.net.nativeContract).call(
    'transfer',
    ...[new Address(alice.publicKey()).toScVal(), new Address(idOf(probe)).toScVal(), nativeToScVal(50_000_000n, { type: 'i128' })],
  );
  const tx = await w.rpc.prepareTransaction(await w.build(alice, [fund]));
  tx.sign(alice);
  expect((await w.sent(tx)).status).toBe('SUCCESS');

  const tooLittle = (await probe.pay({ to, amount: 9_999_999n })).simulation;
  expect(tooLittle && 'error' in tooLittle && tooLittle.error).toMatch(/Error\(Contract, #14\)/);
  const paid = await (await probe.pay({ to, amount: 10_000_000n })).signAndSend();
  expect(paid.result.unwrap()).toBe(40_000_000n);
  expect(await w.balance(to)).toBe(10_000_000n);
  const [shown] = (await w.horizon.payments().forAccount(to).call()).records;
  expect(shown).toMatchObject({ type: 'invoke_host_function', asset_balance_changes: [{ from: idOf(probe), to, amount: '1.0000000', type: 'transfer' }] });
  const sacBalance = await w.rpc.getLedgerEntries(
    xdr.LedgerKey.contractData(
      new xdr.LedgerKeyContractData({
        contract: new Address(w.net.nativeContract).toScAddress(),
        key: xdr.ScVal.scvVec([xdr.ScVal.scvSymbol('Balance'), new Address(idOf(probe)).toScVal()]),
        durability: xdr.ContractDataDurability.persistent,
      }),
    ),
  );
  const [entry] = sacBalance.entries;
  expect(entry?.val.type === 'contractData' && scValToNative(entry.val.contractData.val)).toEqual({ amount: 40_000_000n, authorized: true, clawback: false });
});

it('traps where the host traps, and says so in the transaction', async () => {
  const key = Keypair.random();
  const message = new Uint8Array(184).fill(3);
  const good = key.sign(message);
  expect((await probe.verify({ key: key.rawPublicKey(), message, signature: good })).result).toBeNull();
  const args = [nativeToScVal(key.rawPublicKey()), nativeToScVal(message), nativeToScVal(new Uint8Array(64))];
  const call = new Contract(idOf(probe)).call('verify', ...args);
  const tried = await w.rpc.simulateTransaction(await w.build(alice, [call]));
  expect('error' in tried && tried.error).toMatch(/Error\(Crypto, InvalidInput\)[\s\S]*failed ED25519 verification/);

  // With resources taken from a call that works, it gets into a ledger, and fails there.
  const working = await w.rpc.simulateTransaction(
    await w.build(alice, [new Contract(idOf(probe)).call('verify', ...args.slice(0, 2), nativeToScVal(new Uint8Array(good)))]),
  );
  if (!rpc.Api.isSimulationSuccess(working)) throw new Error('not simulated');
  const before = await w.balance(alice.publicKey());
  const tx = TransactionBuilder.cloneFrom(await w.build(alice, [call]), {
    fee: '100',
    networkPassphrase: w.net.passphrase,
    sorobanData: working.transactionData.build(),
  }).build();
  tx.sign(alice);
  const got = await w.sent(tx);
  expect(operationCodes(got)).toEqual(['invokeHostFunctionTrapped']);
  if (got.status !== 'FAILED') throw new Error('not failed');
  const errors = got.diagnosticEventsXdr?.map((e) => e.event.body.v0.topics.map(scValToNative)).filter(([name]) => name === 'error');
  expect(errors?.length).toBeGreaterThan(0);
  expect(before - (await w.balance(alice.publicKey()))).toBe(got.resultXdr.feeCharged);
  expect(await w.rpc.getEvents({ startLedger: got.ledger, filters: [{ contractIds: [idOf(probe)] }] })).toMatchObject({ events: [] });
});

it('holds a transaction to its footprint, and to its fee', async () => {
  const call = new Contract(idOf(probe)).call('count', nativeToScVal(node(9)), nativeToScVal(1n, { type: 'u64' }));
  const prepared = await w.rpc.prepareTransaction(await w.build(alice, [call]));
  const data = dataOf(prepared);
  const { footprint } = data.resources;
  const rebuilt = (change: (b: SorobanDataBuilder) => SorobanDataBuilder) =>
    TransactionBuilder.cloneFrom(prepared, {
      fee: '100',
      networkPassphrase: w.net.passphrase,
      sorobanData: change(new SorobanDataBuilder(data)).build(),
    }).build();
  const narrow = rebuilt((b) => b.setReadOnly([...footprint.readOnly, ...footprint.readWrite]).setReadWrite([]));
  narrow.sign(alice);
  expect(operationCodes(await w.sent(narrow))).toEqual(['invokeHostFunctionResourceLimitExceeded']);
  const again = await w.rpc.prepareTransaction(await w.build(alice, [call]));
  const cheap = TransactionBuilder.cloneFrom(again, {
    fee: '100',
    networkPassphrase: w.net.passphrase,
    sorobanData: new SorobanDataBuilder(data).setResourceFee(1000).build(),
  }).build();
  cheap.sign(alice);
  expect((await w.rpc.sendTransaction(cheap)).errorResult?.result.type).toBe('txSorobanInvalid');
});

it('asks others for their signature, and checks it', async () => {
  const [bob, carol] = [await w.funded(), await w.funded()];
  const transfer = new Contract(w.net.nativeContract).call(
    'transfer',
    ...[new Address(bob.publicKey()).toScVal(), new Address(carol.publicKey()).toScVal(), nativeToScVal(70_000_000n, { type: 'i128' })],
  );
  const tx = await w.build(alice, [transfer]);
  const simulated = await w.rpc.simulateTransaction(tx);
  if (!rpc.Api.isSimulationSuccess(simulated)) throw new Error('not simulated');
  const [entry] = simulated.result!.auth;
  const withAuth = async (auth: xdr.SorobanAuthorizationEntry) => {
    const [op] = tx.operations;
    if (op?.type !== 'invokeHostFunction') throw new Error('no invocation');
    const signed = await w.rpc.prepareTransaction(await w.build(alice, [Operation.invokeHostFunction({ func: op.func, auth: [auth] })]));
    signed.sign(alice);
    return signed;
  };
  const until = w.net.latest.seq + 100;
  const auth = await authorizeEntry(entry!, bob, until, w.net.passphrase);
  expect((await w.sent(await withAuth(auth))).status).toBe('SUCCESS');
  expect(await w.balance(carol.publicKey())).toBe(100_070_000_000n);
  // The nonce is used up, and another's signature will not do.
  await expect(withAuth(auth)).rejects.toThrow(/nonce already exists/);
  const [fresh] = ((await w.rpc.simulateTransaction(tx)) as rpc.Api.SimulateTransactionSuccessResponse).result!.auth;
  const forged = await authorizeEntry(
    fresh!,
    async (preimage) => ({ signature: carol.sign(hash(preimage.toXdr())), publicKey: carol.publicKey() }),
    until,
    w.net.passphrase,
  );
  await expect(withAuth(forged)).rejects.toThrow(/Error\(Auth, InvalidInput\)|signature/);
});

it('serves the SDK its client of the native asset, from an account that has done nothing yet', async () => {
  interface Token extends contract.Client {
    balance(args: { id: string }): Promise<contract.AssembledTransaction<bigint>>;
    transfer(args: { from: string; to: string; amount: bigint }): Promise<contract.AssembledTransaction<null>>;
  }
  const fresh = await w.funded();
  const token = await contract.Client.from<Token>({ contractId: w.net.nativeContract, ...options(fresh) });
  const to = Keypair.random().publicKey();
  const sent = await (await token.transfer({ from: fresh.publicKey(), to, amount: 20_000_000n })).signAndSend();
  expect(sent.getTransactionResponse?.status).toBe('SUCCESS');
  const anybody = await contract.Client.from<Token>({
    contractId: w.net.nativeContract,
    rpcUrl: w.net.rpcUrl,
    allowHttp: true,
    networkPassphrase: w.net.passphrase,
  });
  expect((await anybody.balance({ id: to })).result).toBe(20_000_000n);
  expect(await w.rpc.queryContract(w.net.nativeContract, 'symbol')).toMatchObject({ result: 'native' });
  expect((await w.rpc.fundAddress(Keypair.random().publicKey())).status).toBe('SUCCESS');
});

it('draws random numbers, another each time', async () => {
  const drawn = [(await probe.random()).result, (await probe.random()).result];
  expect(new Set(drawn).size).toBe(2);
});

it('lets temporary entries lapse, archives persistent ones, and restores them on the way', async () => {
  const clocked = await World.open({ config: { protocolVersion: 29 } });
  await using _ = clocked;
  const [saved, savedAlice] = [w, alice];
  try {
    [w, alice] = [clocked, await clocked.funded()];
    await upload();
    const other = await deploy();
    await (await other.count({ node: node(1), by: 3n }, yearLong)).signAndSend();
    await (await other.temp({ n: 1 }, yearLong)).signAndSend();
    expect((await other.temp({ n: 1 })).result).toBe(w.net.latest.seq);
    w.net.advance(2 * 86_400);
    expect((await other.temp({ n: 1 })).result).toBeNull();
    w.net.advance(200 * 86_400);
    const late = await other.count({ node: node(1), by: 4n }, yearLong);
    expect(dataOf(late.built!).ext.type).toBe('resourceExt');
    expect((await late.signAndSend()).result.unwrap()).toBe(7n);
    expect((await (await other.count({ node: node(1), by: 1n }, yearLong)).signAndSend()).result.unwrap()).toBe(8n);
  } finally {
    [w, alice] = [saved, savedAlice];
  }
});

it('refuses code built for a later protocol', async () => {
  await using older = await World.open();
  const keypair = await older.funded();
  const tx = await older.build(keypair, [Operation.uploadContractWasm({ wasm: probeWasm })]);
  expect(await older.rpc.simulateTransaction(tx)).toMatchObject({ error: expect.stringContaining('contract protocol number is newer than host') });
});
