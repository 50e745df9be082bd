import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommunityAuthority, createInvite, signCommunityDocument } from '@energymesh/identity';
import { defaultConfig, MeshNode } from '@energymesh/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { type NodeIdentity, openIdentity } from './identity/identity.ts';
import { testGroup } from './mesh/group.fixture.ts';
import type { SegmentConfig } from './mesh/segments.ts';
import { MeshService } from './mesh/service.ts';
import type { MeshOutput } from './ports.ts';

/** identity/ and mesh/ together over real sockets: what agent.ts introduces to each other. */
const logger = pino({ level: 'silent' });
const signal = new AbortController().signal;
let cleanups: (() => unknown)[] = [];
beforeEach(() => {
  cleanups = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'em-neighbours-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function community() {
  const now = Date.now();
  const authority = await CommunityAuthority.create({ name: 'Sunny Street', now });
  const document = (number: number, revoked: readonly { node: string }[] = []) =>
    signCommunityDocument(authority, { number, issuedAt: now, revoked, devices: [] });
  const { text } = createInvite({
    community: { id: authority.id, name: authority.name },
    hubs: ['https://hub.example'],
    rootPin: authority.rootPin,
    usesMax: 9,
    expiresAt: now + 60_000,
    role: 'relay',
  });
  /** The hub's answer without its network. */
  const call = async ({ body }: { body: unknown }) => {
    const { csr, name } = body as { csr: string; name: string };
    const { chainPem } = await authority.issueNode({ csrPem: csr, name, roles: { relay: true, gateway: true }, now });
    return {
      chain: chainPem,
      root: authority.rootPem,
      community: { id: authority.id, name: authority.name },
      beaconKey: Buffer.from(authority.beaconKey).toString('base64url'),
      document: Buffer.from(document(1)).toString('base64'),
    };
  };
  const member = async (name: string, dataDir = folder()): Promise<NodeIdentity> => {
    const identity = openIdentity({ dataDir, clock: systemClock, buildDate: 0, logger, call }, signal);
    cleanups.push(() => identity[Symbol.asyncDispose]());
    await identity.enrol({ invite: text, name, signal });
    return identity;
  };
  return { document, member };
}

async function started(identity: NodeIdentity, segments: readonly SegmentConfig[]) {
  const outputs: MeshOutput[] = [];
  let told: (() => void)[] = [];
  const membership = identity.membership();
  if (!membership) throw new Error('not enrolled');
  const mesh = await MeshService.open(
    {
      identity: membership,
      config: defaultConfig,
      segments,
      listen: { host: '127.0.0.1', port: 0 },
      clock: systemClock,
      random: { next: Math.random },
      logger,
      createNode: (options) => new MeshNode(options),
      onIncarnationBehind: () => {},
    },
    signal,
  );
  let closed = false;
  const close = async () => {
    if (!closed) await mesh[Symbol.asyncDispose]();
    closed = true;
  };
  cleanups.push(close);
  mesh.subscribe((output) => {
    outputs.push(output);
    if (output.type === 'communityDocument') identity.acceptDocument(output.document);
    for (const run of told) run();
    told = [];
  });
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => told.push(resolve));
  };
  const saw = (kind: string) => outputs.some((output) => output.type === 'event' && output.event.kind === kind);
  return { mesh, outputs, until, saw, close };
}

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
