import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommunityAuthority, createInvite, nodeIdOf, requesterOf, sealBeaconKey, signCommunityDocument } from '@energymesh/identity';
import { defaultConfig, MeshNode } from '@energymesh/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach } from 'vitest';
import { systemClock } from './clock.ts';
import { type NodeIdentity, openIdentity } from './identity/identity.ts';
import type { SegmentConfig } from './mesh/segments.ts';
import { type MeshOptions, MeshService } from './mesh/service.ts';
import type { Clock, MeshOutput } from './ports.ts';

/** identity/ and mesh/ together over real sockets: what agent.ts introduces to each other. For tests: what they open is closed after each. */
const logger = pino({ level: 'silent' });
const signal = new AbortController().signal;
let cleanups: (() => unknown)[] = [];
beforeEach(() => {
  cleanups = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'em-neighbours-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function community() {
  const now = Date.now();
  const authority = await CommunityAuthority.create({ name: 'Sunny Street', now });
  const keys = new Map<string, Uint8Array>();
  const sealed = (revoked: readonly { node: string }[]) => {
    const members = [...keys].filter(([node]) => !revoked.some((gone) => gone.node === node)).map(([, key]) => key);
    return authority.beacon.epoch === 0 ? undefined : sealBeaconKey({ community: authority.id, ...authority.beacon, members });
  };
  const document = (number: number, revoked: readonly { node: string }[] = []) =>
    signCommunityDocument(authority, { number, issuedAt: now, revoked, devices: [], beacon: sealed(revoked) });
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
    const { csr, doorCsr, name } = body as { csr: string; doorCsr: string; name: string };
    const { chainPem } = await authority.issueNode({ csrPem: csr, name, roles: { relay: true, gateway: true }, now });
    const publicKey = (await requesterOf({ csr, doorCsr })) ?? new Uint8Array();
    const node = nodeIdOf(publicKey);
    keys.set(node, publicKey);
    return {
      chain: chainPem,
      root: authority.rootPem,
      door: (await authority.issueDoor({ csrPem: doorCsr, node, name, now })).pem,
      deviceRoot: authority.deviceRootPem,
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
  return { document, member, rotate: () => authority.rotateBeaconKey(Date.now()) };
}

export async function started(
  identity: NodeIdentity,
  segments: readonly SegmentConfig[],
  { host = '127.0.0.1', clock = systemClock, ...more }: { host?: string; clock?: Clock } & Pick<MeshOptions, 'interfaces' | 'fallbackBelow'> = {},
) {
  const outputs: MeshOutput[] = [];
  let told: (() => void)[] = [];
  const membership = identity.membership();
  if (!membership) throw new Error('not enrolled');
  const mesh = await MeshService.open(
    {
      identity: membership,
      config: defaultConfig,
      segments,
      listen: { host, port: 0 },
      clock,
      ...more,
      clockTrusted: () => true,
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
