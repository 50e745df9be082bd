import { randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect, test } from 'vitest';
import type { NodeIdentity } from './identity/identity.ts';
import { testGroup } from './mesh/group.fixture.ts';
import { community, folder, started } from './neighbours.fixture.ts';

test('two nodes find each other by beacons, and an entry goes end to end and back as an acknowledgement', async () => {
  const { member } = await community();
  const segment = testGroup();
  const a = await started(await member('roof a'), [segment]);
  const b = await started(await member('roof b'), [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);
  expect(a.mesh.neighbours().map(({ node, name, segment: on }) => ({ node, name, on }))).toEqual([
    { node: b.mesh.self, name: 'roof b', on: `${segment.group}:${segment.port}@127.0.0.1` },
  ]);

  await a.until(() => a.mesh.topology().nodes.some((node) => node.node === b.mesh.self && node.reachable));
  const body = Buffer.from('what a device said '.repeat(50));
  const entry = { class: 1, traffic: 1, incarnation: a.mesh.incarnation, sequence: 1, ageMs: 0, lifetimeMs: 60_000, body } as const;
  a.mesh.submit({ stream: b.mesh.self, ...entry });
  await b.until(() => b.outputs.some((output) => output.type === 'deliver'));
  const delivery = b.outputs.find((output) => output.type === 'deliver');
  expect(delivery?.type === 'deliver' && delivery.entries.map(({ id, body: got }) => [id.origin, id.sequence, Buffer.from(got)])).toEqual([
    [a.mesh.self, 1, body],
  ]);
  const run = { origin: a.mesh.self, incarnation: a.mesh.incarnation, stream: b.mesh.self, class: 1, first: 1, count: 1 } as const;
  b.mesh.delivered([run]);
  await a.until(() => a.outputs.some((output) => output.type === 'released'));
  const released = a.outputs.find((output) => output.type === 'released');
  expect(released?.type === 'released' && released.by).toBe(b.mesh.self);
});

test('outputs arrive after the call that caused them has returned', async () => {
  const { member } = await community();
  const a = await started(await member('alone'), []);
  const before = a.outputs.length;
  // Sequence 0 is never taken.
  a.mesh.submit({
    stream: 'backend',
    class: 1,
    traffic: 0,
    incarnation: a.mesh.incarnation,
    sequence: 0,
    ageMs: 0,
    lifetimeMs: 0,
    body: new Uint8Array(200_000),
  });
  expect(a.outputs).toHaveLength(before);
  await a.until(() => a.outputs.length > before);
});

test('a node that leaves says goodbye: its neighbour knows at once, and finds it again when it is back with a higher incarnation', async () => {
  const { member } = await community();
  const segment = testGroup();
  const a = await started(await member('stays'), [segment]);
  const dataDir = folder();
  const first = await started(await member('goes', dataDir), [segment]);
  await a.until(() => a.saw('neighbour-up'));
  await first.close();
  await a.until(() => a.saw('neighbour-down'));
  a.outputs.length = 0;
  const second = await started(await member('goes', dataDir), [segment]);
  expect(second.mesh.self).toBe(first.mesh.self);
  expect(second.mesh.incarnation).toBe(first.mesh.incarnation + 1);
  await Promise.all([a.until(() => a.saw('neighbour-up')), second.until(() => second.saw('neighbour-up'))]);
});

test('a revocation that is flooded closes the links of the revoked node, and keeps them closed', async () => {
  const { member, document } = await community();
  const segment = testGroup();
  const a = await started(await member('stays'), [segment]);
  const b = await started(await member('revoked'), [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);
  a.mesh.injectCommunityDocument(document(2, [{ node: b.mesh.self }]));
  await Promise.all([a.until(() => a.saw('neighbour-down')), b.until(() => b.saw('neighbour-down'))]);
  expect(a.mesh.neighbours()).toEqual([]);
});

test('the newest community document reaches every node, and is there after a restart', async () => {
  const { member, document } = await community();
  const segment = testGroup();
  const a = await started(await member('a'), [segment]);
  const dataDir = folder();
  const identity = await member('b', dataDir);
  const b = await started(identity, [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);
  const newest = document(7);
  a.mesh.injectCommunityDocument(newest);
  await b.until(() => b.outputs.some((output) => output.type === 'communityDocument' && output.number === 7));
  expect(identity.membership()?.communityDocument()).toEqual(newest);
  expect((await member('b', dataDir)).membership()?.communityDocument()).toEqual(newest);
});

const ended = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) =>
    socket
      .on('error', () => {})
      .once('close', resolve)
      .resume(),
  );

test('strangers are refused by name and counted, and the link between members is not disturbed', async () => {
  const { member } = await community();
  const { member: foreign } = await community();
  const segment = testGroup();
  const a = await started(await member('a'), [segment]);
  const b = await started(await member('b'), [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);

  const stranger = (await foreign('stranger')).membership();
  const { key, chain } = stranger?.tls() ?? {};
  const knock = async (options: ConnectionOptions) => {
    const socket = connect({ host: '127.0.0.1', port: a.mesh.port, ALPNProtocols: ['em-urgent/1'], rejectUnauthorized: false, ...options });
    await ended(socket);
  };
  await knock({ key, cert: chain });
  await knock({});
  await knock({ maxVersion: 'TLSv1.2' });
  const plain = connectTcp(a.mesh.port, '127.0.0.1', () => plain.write('no TLS at all'));
  await ended(plain);
  // Its beacons are another community's, so it never comes to know where to dial.
  const c = await started(await foreign('stranger'), [segment]);
  await c.until(() => c.saw('topology-changed'));
  expect(a.mesh.counters()).toMatchObject({
    'link-refused-foreign-community': 1,
    'link-refused-no-certificate': 1,
    'link-refused-handshake-broken': 2,
    'beacon-foreign': expect.any(Number),
  });
  expect(c.mesh.neighbours()).toEqual([]);
  for (const { mesh, saw } of [a, b]) {
    expect(mesh.neighbours()).toHaveLength(1);
    expect(saw('neighbour-down')).toBe(false);
  }
});

test('a member that sends garbage loses its connections, and nobody else theirs', async () => {
  const { member } = await community();
  const segment = testGroup();
  const a = await started(await member('a'), [segment]);
  const b = await started(await member('b'), [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);
  const { key, chain } = (await member('rogue member')).membership()?.tls() ?? {};
  const socket = connect({ host: '127.0.0.1', port: a.mesh.port, ALPNProtocols: ['em-urgent/1'], rejectUnauthorized: false, key, cert: chain });
  socket.write(randomBytes(10_000));
  await ended(socket);
  const wire = Object.keys(a.mesh.counters()).filter((name) => name.startsWith('wire-'));
  expect(wire).toHaveLength(1);
  expect(a.mesh.neighbours().map(({ node }) => node)).toEqual([b.mesh.self]);
});

test('a revocation rotates the beacon key over the mesh alone; a node that was away meanwhile is found by its old key, and learns the new one', async () => {
  const { member, document, rotate } = await community();
  const segment = testGroup();
  const [one, two, away, victim] = [await member('one'), await member('two'), await member('away'), await member('victim')];
  const newest = (identity: NodeIdentity) => Buffer.from(identity.membership()!.beaconKeys()[0]!).toString('hex');
  const before = newest(one);
  const a = await started(one, [segment]);
  const b = await started(two, [segment]);
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);

  rotate();
  one.acceptDocument(document(2, [{ node: victim.node }]));
  await b.until(() => newest(two) !== before);
  expect(newest(two)).toBe(newest(one));
  expect([newest(away), newest(victim)]).toEqual([before, before]);

  const back = await started(away, [segment]);
  await back.until(() => newest(away) !== before);
  expect(newest(away)).toBe(newest(one));
  expect(back.mesh.neighbours().length).toBeGreaterThan(0);
  // The revoked node has the document from nobody, and no key.
  expect(victim.acceptDocument(document(2, [{ node: victim.node }]))).toBe(true);
  expect(newest(victim)).toBe(before);
});
