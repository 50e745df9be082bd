import { sign } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateVerifier, nodeIdOf, verifyCommunityDocument } from '@energymesh/identity';
import { Localnet } from '@energymesh/localnet';
import { registerMessage } from '@energymesh/protocol';
import { encodeMessage, type FromNode, type Told } from '@energymesh/rewards';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { connected, envelope, type Member, startsMsMax, TestHub } from '../hub.fixture.ts';
import { type Deployed, deployArguments, deployCommand } from './deploy-command.ts';
import { heardFrom } from './rewards.fixture.ts';
import { domainOf } from './terms.ts';

let net: Localnet;
let hub: TestHub;
let deployed: Deployed;
const rewards = () => ({ network: 'local', rpcUrl: net.rpcUrl, epochSeconds: 300 });
beforeAll(async () => {
  net = await Localnet.open();
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-rewards-'));
  const config = parseConfig({ dataDir, rewards: rewards() }, {});
  deployed = await deployCommand(config, { friendbot: net.friendbotUrl, fund: 100 });
  hub = await TestHub.open({ rewards: rewards() }, dataDir);
}, startsMsMax);
afterAll(async () => {
  await hub.destroy();
  await net[Symbol.asyncDispose]();
});

test('deploying again changes nothing, and what it wrote is the hub’s alone', async () => {
  const config = parseConfig({ dataDir: await mkdtemp(join(tmpdir(), 'hub-rewards-')), rewards: rewards() }, {});
  await expect(deployCommand(config, {})).rejects.toThrow(/does not exist on the network: send XLM to it/);
  const first = await deployCommand(config, { friendbot: net.friendbotUrl });
  // The address was not written down any more: the contract is found where it must be.
  await rm(join(config.dataDir, 'rewards-contract'));
  expect(await deployCommand(config, {})).toEqual(first);
  expect(await deployCommand(config, {})).toEqual(first);
  expect(first.contract).not.toBe(deployed.contract);
  for (const file of ['rewards.json', 'rewards-contract']) expect((await stat(join(config.dataDir, file))).mode & 0o777).toBe(0o600);
  await rm(config.dataDir, { recursive: true });
});

test('arguments and configurations that cannot be are refused with what is wrong', async () => {
  expect(deployArguments(['--config', 'a.json', '--fund', '5', '--friendbot', 'http://x'])).toEqual({
    own: { fund: 5, friendbot: 'http://x' },
    rest: ['--config', 'a.json'],
  });
  expect(() => deployArguments(['--fund'])).toThrow('--fund: a value is missing');
  expect(() => deployArguments(['--fund', 'all'])).toThrow('--fund: expected XLM');
  const dataDir = hub.dataDir;
  await expect(deployCommand(parseConfig({ dataDir }, {}), {})).rejects.toThrow('rewards: needed');
  await expect(deployCommand(parseConfig({ dataDir, rewards: { ...rewards(), contract: deployed.contract } }, {}), {})).rejects.toThrow('there is one already');
  const mistake = (more: object) => () => parseConfig({ dataDir, rewards: { ...rewards(), ...more } }, {});
  expect(mistake({ contract: 'CABC' })).toThrow('rewards.contract: expected the address of a contract');
  expect(mistake({ epochSeconds: 5 })).toThrow('rewards.epochSeconds: ');
  expect(mistake({ rpcUrl: undefined })).toThrow("rewards.rpcUrl: needed: the local network has no server that is everybody's");
  expect(mistake({ network: 'public' })).toThrow('rewards.epochSeconds: hours of another length are for test networks');
  expect(mistake({ network: 'testnet', passphrase: 'x' })).toThrow('rewards.passphrase: the testnet network has its own');
  expect(mistake({ fee: 1 })).toThrow('rewards.fee: unknown key');
});

test('every node is told the terms, in the community document', async () => {
  const { body } = await hub.enrol();
  const verdict = verifyCommunityDocument(Buffer.from(body.document, 'base64'), new CertificateVerifier({ rawRootKey: hub.hub.authority.rawRootKey }));
  const terms = { network: net.passphrase, contract: deployed.contract, hubKey: deployed.hubKey, epochSeconds: 300, rpc: [net.rpcUrl] };
  expect(verdict.ok && verdict.document.rewards).toEqual(terms);
});

/** The told messages of a session as they come, each waited for. */
class Ear {
  readonly #told: Told[] = [];
  #wake: () => void = () => undefined;

  constructor(client: MqttClient, { key }: Member) {
    const domain = domainOf({ network: net.passphrase, contract: deployed.contract });
    client.on('message', (_, payload) => {
      this.#told.push(heardFrom(deployed.hubKey, payload, { domain, node: key.rawPublicKey }));
      this.#wake();
    });
  }

  /** The hub's clock ticks until then. */
  async until<K extends Told['kind']>(kind: K, fits: (told: Extract<Told, { kind: K }>) => boolean): Promise<Extract<Told, { kind: K }>> {
    for (;;) {
      const found = this.#told.find((told): told is Extract<Told, { kind: K }> => told.kind === kind && fits(told as Extract<Told, { kind: K }>));
      if (found) return found;
      // Each tick is a step of the hub; what it tells comes by the broker.
      hub.clock.offsetMs += 1000;
      hub.clock.tick(1000);
      const told = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([told, hub.call('GET', '/healthz')]);
    }
  }
}

let sequence = 0;
const says = (client: MqttClient, member: Member, message: FromNode) =>
  client.publishAsync(hub.topic(`node/${member.node}/rewards`), envelope(`${member.node}.1.2.${++sequence}`, encodeMessage(message).toString()), { qos: 1 });

test(
  'a node asks through its gateway, and hears the answer in its own session',
  async () => {
    const [gateway, relay] = [await hub.member('gateway'), await hub.member('relay')];
    const own = await connected(hub.asNode(gateway));
    const leased = await connected(hub.asNode(gateway, `em-${relay.node}`));
    const ear = new Ear(leased, relay);
    await leased.subscribeAsync(hub.topic(`node/${relay.node}/told`), { qos: 1 });
    const payout = deployed.account;
    const domain = domainOf({ network: net.passphrase, contract: deployed.contract });
    expect(nodeIdOf(relay.key.rawPublicKey)).toBe(relay.node);
    const signature = sign(null, registerMessage(domain, { node: relay.key.rawPublicKey, nonce: 1, payout }), relay.key.privateKey).toString('hex');
    await says(own, relay, { kind: 'register', payout, nonce: 1, signature });
    expect(await ear.until('asked', ({ state }) => state === 'done')).toMatchObject({ about: { kind: 'register', nonce: 1 } });
    expect(await ear.until('standing', () => true)).toMatchObject({ registered: true, payout });

    // Nobody hears what others are told, or says it; and a node speaks for itself alone.
    for (const filter of [`node/${relay.node}/told`, 'node/+/told'])
      await expect(own.subscribeAsync(hub.topic(filter), { qos: 1 })).rejects.toThrow('Subscribe error');
    expect(await own.subscribeAsync(hub.topic(`node/${gateway.node}/told`), { qos: 1 })).toMatchObject([{ qos: 1 }]);
    await own.publishAsync(hub.topic(`node/${relay.node}/rewards`), envelope(`${gateway.node}.1.2.99`, '{"kind":"claim","epochs":[1]}'), { qos: 1 });
    await leased.endAsync(true);
    await own.endAsync(true);
    expect((await hub.call('GET', '/stats')).body.refused).toMatchObject({ 'wrong-node': 1 });
  },
  startsMsMax,
);

test('the administrator sees it all, and nobody else', async () => {
  expect((await hub.call('GET', '/admin/rewards')).status).toBe(401);
  const { body } = await hub.admin('GET', '/rewards');
  expect(body).toMatchObject({ terms: { contract: deployed.contract }, registered: 1, hindrance: null, accounts: { fees: { address: deployed.account } } });
  expect((await hub.admin('GET', '/rewards/nodes')).body.rows).toMatchObject([{ payout: deployed.account, caught: 0 }]);
  expect((await hub.admin('GET', '/rewards/transactions')).body.rows[0]).toMatchObject({ state: 'confirmed', account: 'fees' });
  for (const list of ['hours', 'caught', 'appeals']) expect((await hub.admin('GET', `/rewards/${list}`)).body).toEqual({ rows: [] });
  expect((await hub.admin('GET', '/rewards/proposals')).body).toMatchObject({ rows: [], params: { samples: 8 } });
  expect((await hub.admin('GET', '/rewards/hours?limit=0')).status).toBe(400);
  const answer = { node: 'a'.repeat(16), epoch: 1, text: 'No.' };
  expect((await hub.admin('POST', '/rewards/appeals', answer)).status).toBe(404);
  const page = (await hub.call('GET', '/')).body as string;
  expect(page).toContain('Hours of 300 seconds: this is a test network&#39;s community.');
  expect(page).toContain(deployed.account);
});

test('says where a device belongs', async () => {
  expect((await hub.admin('GET', '/rewards/devices')).body).toEqual({ rows: [] });
  const { node } = await hub.member('relay');
  await hub.admin('POST', '/devices', { id: 'meter-1', role: 'meter' });
  expect((await hub.admin('PUT', '/rewards/devices/meter-2', { node })).body.error).toMatchObject({ message: 'there is no device meter-2' });
  expect((await hub.admin('PUT', '/rewards/devices/meter-1', { node: 'b'.repeat(16) })).status).toBe(404);
  expect((await hub.admin('PUT', '/rewards/devices/meter-1', { node: 'roof' })).status).toBe(400);
  expect((await hub.admin('PUT', '/rewards/devices/meter-1', { node })).body).toEqual({ device: 'meter-1', node });
  expect((await hub.admin('GET', '/rewards/devices')).body.rows).toMatchObject([
    { device: 'meter-1', node, named: true, settled: true, usual: 0, disputed: null },
  ]);
});

test(
  'keys and what was learned survive a restart',
  async () => {
    await hub.stop();
    const keys = await readFile(join(hub.dataDir, 'rewards.json'), 'utf8');
    await hub.start();
    expect(await readFile(join(hub.dataDir, 'rewards.json'), 'utf8')).toBe(keys);
    expect((await hub.admin('GET', '/rewards')).body.registered).toBe(1);
  },
  startsMsMax,
);
