import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultParams } from '@energymesh/protocol';
import { encodeTold, type FromNode, rangesOfText, readFromNode, type Told, toldTopic } from '@energymesh/rewards';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { openBackend, startAgent } from './agent.fixture.ts';
import { Page } from './api/page.fixture.ts';
import { testCommunity } from './community.fixture.ts';
import { openNodeKey } from './identity/keystore.ts';
import { Key } from './key.fixture.ts';
import { domainOf, sha256 } from './rewards/terms.ts';
import { receiptBytes } from './rewards/vouching.ts';

/** The hub's first answers may come before a node's session is there, and are asked for again a minute later: here the hour is short. */
const patience = { timeout: 20_000 };

test('two nodes of a community that pays: neighbours and hub sign for what they carry, and the hub is heard', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'em-agent-rewards-'));
  const hub = new Key('hub');
  const terms = { network: 'EnergyMesh Local Network ; not real', contract: `C${'A'.repeat(55)}`, hubKey: hub.hex, epochSeconds: 300, rpc: [] };
  const community = await testCommunity(terms);
  const token = community.addDevice('meter-1', 'meter');
  const mill = await community.enrol(join(folder, 'mill'), 'Mill', { gateway: true });
  const barn = await community.enrol(join(folder, 'barn'), 'Barn', { gateway: false });
  const said = new Map<string, FromNode[]>([
    [mill, []],
    [barn, []],
  ]);
  const keyIn = (name: string): Uint8Array => openNodeKey(join(folder, name, 'identity')).key.rawPublicKey;
  const keys = new Map([
    [mill, keyIn('mill')],
    [barn, keyIn('barn')],
  ]);
  const heard = { registered: Promise.withResolvers<void>(), vouched: Promise.withResolvers<void>() };
  const tell = (node: string, told: Told): void => {
    const payload = encodeTold(told, { domain: domainOf(terms), node: keys.get(node)!, sha256 }, hub.sign);
    backend.publish(toldTopic(community.id, node), payload.toString());
  };

  /** What a hub does, as far as it is seen here. */
  await using backend = await openBackend((topic, payload) => {
    const node = /\/node\/([0-9a-f]{16})\/rewards$/.exec(topic)?.[1];
    if (node === undefined) return;
    const wrapped = JSON.parse(payload.toString()) as { node: string; payload: string };
    expect(wrapped.node).toBe(node);
    const message = readFromNode(Buffer.from(wrapped.payload))!;
    said.get(node)!.push(message);
    if (message.kind === 'register') {
      tell(node, { kind: 'asked', about: { kind: 'register', nonce: message.nonce }, state: 'done' });
      tell(node, { kind: 'standing', epoch: 1, registered: true, payout: message.payout, nonce: message.nonce, params: { ...defaultParams, samples: 9 } });
      if ([...said.values()].every((all) => all.some(({ kind }) => kind === 'register'))) heard.registered.resolve();
    }
    if (message.kind === 'vouch') {
      const { epoch, seq, ranges } = message;
      const bytes = receiptBytes(domainOf(terms), { relay: keys.get(node)!, next: hub.raw, request: { epoch, seq, ranges: rangesOfText(ranges)! } });
      tell(node, { kind: 'voucher', epoch, seq, ranges, signature: Buffer.from(hub.sign(bytes)).toString('hex') });
      heard.vouched.resolve();
    }
  });
  await using first = await startAgent({ name: 'Mill', dataDir: join(folder, 'mill'), folder }, { EM_BACKEND_URL: backend.url, EM_BACKEND_ENVELOPE: 'true' });
  await using second = await startAgent({ name: 'Barn', dataDir: join(folder, 'barn'), folder });
  const pages = { mill: new Page(first.base), barn: new Page(second.base) };
  await pages.mill.claim(first.claimCode, 'a long enough passphrase');
  await pages.barn.claim(second.claimCode, 'a long enough passphrase');
  expect((await pages.barn.client.rewards.earnings.query()).publicKey).toBe(Buffer.from(keyIn('barn')).toString('hex'));

  // Each made itself a wallet and asks for its pay to go there; the hub's answer comes back over the mesh.
  await heard.registered.promise;
  for (const page of [pages.mill, pages.barn]) {
    await expect.poll(async () => (await page.client.rewards.earnings.query()).registration.state, patience).toBe('registered');
    await expect.poll(async () => (await page.client.rewards.governance.rules.query()).params.samples, patience).toBe(9);
    const { address, ...wallet } = await page.client.rewards.wallet.state.query();
    expect(wallet).toMatchObject({ state: 'unconfirmed', payout: { address, own: true } });
  }
  expect(statSync(join(folder, 'barn', 'wallet', 'wallet.json')).mode & 0o777).toBe(0o600);

  const device = await mqtt.connectAsync(`mqtts://127.0.0.1:${second.devices}`, {
    ...{ clientId: 'meter-1', username: 'meter-1', password: token, ca: community.deviceRootPem },
    checkServerIdentity: () => undefined,
  } as mqtt.IClientOptions);
  // A receipt is asked for at 256 packets.
  await Promise.all(Array.from({ length: 600 }, (_, i) => device.publishAsync('em/meter-1/telemetry', `reading ${i}`, { qos: 1 })));
  await heard.vouched.promise;
  for (const page of [pages.mill, pages.barn]) {
    await expect.poll(async () => BigInt((await page.client.rewards.earnings.query()).totals.pending), patience).toBeGreaterThanOrEqual(12_800n);
    expect((await page.client.rewards.earnings.query()).now).toMatchObject({ stage: 'running', source: 'node' });
  }
  await device.endAsync();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
