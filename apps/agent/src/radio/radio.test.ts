import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotBytesMax } from '@energymesh/network';
import { Millis, type NeighbourView, NodeId } from '@energymesh/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import type { LinkPlace, MeshOutput } from '../ports.ts';
import { Radio } from './radio.ts';
import { snapshot, write } from './snapshot.fixture.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-radio-'));
  file = join(folder, 'radio.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [near, far, wired, tunnelled, other] = ['b1', 'b2', 'b3', 'b4', 'b5'].map((end) => NodeId(end.padStart(16, '0'))) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
];
const where: Record<NodeId, LinkPlace> = {
  [near]: { address: 'fe80::ff:fe00:100%wlan0', interface: 'wlan0', multiHop: false },
  // The machine behind the third node of the line, two hops away.
  [far]: { address: 'fe80::85e:a0ff:fe94:ab5b%bat0', interface: 'bat0', multiHop: true },
  [wired]: { address: 'fe80::1%eth0', interface: 'eth0', multiHop: false },
  [tunnelled]: { address: '10.61.0.2', interface: 'wg-mesh', multiHop: false },
  [other]: { address: '127.0.0.1', multiHop: false },
};

/** A mesh with these neighbours, and the radio beneath it. The clock of uptime is the clock's. */
async function scene(...nodes: NodeId[]) {
  const clock = new VirtualClock();
  const told: [NodeId, number | undefined][] = [];
  const linked = new Map<NodeId, number>(nodes.map((node) => [node, 1]));
  let emit: (output: MeshOutput) => void = () => {};
  const radio = await Radio.open({
    snapshot: file,
    clock,
    uptime: () => 100 + clock.monotonic() / 1000,
    mesh: {
      neighbours: () => [...linked].map(([node, upSince]) => ({ node, upSince: Millis(upSince) }) as NeighbourView),
      subscribe: (handler) => {
        emit = handler;
        return () => {};
      },
    },
    places: { place: (node) => (linked.has(node) ? where[node] : undefined), setBandwidth: (node, kbps) => told.push([node, kbps]) },
  });
  const resting = async () => {
    while (clock.pending === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  /** The next look at the file, to its end. */
  const look = async () => {
    await resting();
    clock.advance(5000);
    await resting();
  };
  const up = (node: NodeId) => {
    linked.set(node, clock.monotonic() + 2);
    emit({ type: 'event', event: { kind: 'neighbour-up', node, segment: '' } });
  };
  const beneath = (node: NodeId) => {
    const now = radio.current();
    return now.at === 'read' ? now.beneath.get(node) : undefined;
  };
  return { clock, radio, told, linked, look, up, beneath };
}

test('no radio layer is a normal state: nothing is told, nobody is woken, until there is one', async () => {
  const { radio, clock, told, look } = await scene(near);
  let changes = 0;
  radio.onChange(() => changes++);
  for (let i = 0; i < 12; i++) await look();
  expect([radio.current(), changes, told]).toEqual([{ at: 'none' }, 0, []]);
  write(file, snapshot(160));
  await look();
  expect(radio.current()).toMatchObject({ at: 'read', view: { country: 'DE', stale: false } });
  expect(told).toEqual([[near, 9704]]);
  await radio[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});

test('each link is told apart: radio with signal and rate, several hops, cable, tunnel, none of these', async () => {
  write(file, snapshot(99));
  const { beneath, told } = await scene(near, far, wired, tunnelled, other);
  expect(beneath(near)).toMatchObject({
    kind: 'radio',
    tq: 226,
    peer: { mac: '02:00:00:00:01:00', signalDbm: -30, sentMbit: 13, expectedMbit: 9.704, alive: true, lastSeenMs: 1410 },
  });
  expect(beneath(far)).toMatchObject({ kind: 'hops', multiHop: true, path: { mac: '02:00:00:00:03:00', nextHop: '02:00:00:00:01:00', tq: 101 } });
  expect(beneath(wired)).toMatchObject({ kind: 'cable', speedMbit: 1000 });
  expect(beneath(tunnelled)).toMatchObject({ kind: 'tunnel', peer: { endpoint: '192.0.2.7:51820' } });
  expect(beneath(other)).toEqual({ kind: 'other', ...where[other] });
  // Of the radio's alone it is known what it carries.
  expect(told).toEqual([[near, 9704]]);
});

test('the protocol is told once what a link carries, anew of a new link, and that it is not known when the reader has stopped', async () => {
  write(file, snapshot(99));
  const { told, look, up, linked, radio } = await scene(near);
  await look();
  expect(told).toEqual([[near, 9704]]);
  up(near);
  expect(told).toEqual([
    [near, 9704],
    [near, 9704],
  ]);
  linked.delete(near);
  write(file, snapshot(110));
  await look();
  expect(told).toHaveLength(2);
  up(near);
  await look();
  // A peer that batman-adv has not heard for 10 s, then a reader that has been silent for 20 s.
  for (let i = 0; i < 4; i++) await look();
  expect(told.slice(2)).toEqual([
    [near, 9704],
    [near, undefined],
  ]);
  expect(radio.current()).toMatchObject({ at: 'read', view: { stale: true } });
  write(file, snapshot(139));
  await look();
  expect(told.at(-1)).toEqual([near, 9704]);
  unlinkSync(file);
  await look();
  expect(told.at(-1)).toEqual([near, undefined]);
  expect(radio.current()).toEqual({ at: 'none' });
});

test.each<[string, () => void, RegExp]>([
  ['no JSON', () => write(file, '{'), /not JSON.*one version/],
  ['another program’s', () => write(file, '{"version":2}'), /not as expected/],
  ['too long', () => write(file, ' '.repeat(snapshotBytesMax + 1)), /too long/],
  ['a pipe', () => spawnSync('mkfifo', [file]), /not a plain file/],
  ['a folder', () => (file = folder), /not a plain file|EISDIR/],
  ['a link that leads nowhere', () => symlinkSync(file, file), /cannot be read \(ELOOP\)\. Let the agent/],
])('what is no snapshot is said, and nothing waits for it: %s', async (_, make, why) => {
  make();
  const { radio } = await scene(near);
  const now = radio.current();
  expect(now.at === 'unreadable' && now.why).toMatch(why);
});
