// An hour at 1,000 packets a second through a relay in the middle: it signs for what it takes, has signed what it hands on, and keeps the receipts. docs/proofs.md §4

import { generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carriedOf, proofOf, treeOf } from '@energymesh/agent/rewards/closing';
import { ReceiptJournal } from '@energymesh/agent/rewards/journal';
import { Vouching } from '@energymesh/agent/rewards/vouching';
import { Store } from '@energymesh/agent/store';
import type { Measured } from '@energymesh/figures';
import {
  type Bundle,
  type ExchangeOptions,
  epochOf,
  epochStart,
  Incarnation,
  kind,
  Millis,
  NodeId,
  type Output,
  ReceiptExchange,
  strictly,
  traffic,
} from '@energymesh/protocol';
import type { Bench, Effort } from './bench.ts';
import { HourClock } from './hour-clock.ts';
import { ofRounds, timed, timedInPieces } from './rounds.ts';

const packetsPerSecond = 1000;
const epochSeconds = 3600;
const epoch = epochOf(1_750_000_000);
/** Packets of one tick come in one bundle per origin. */
const ticksPerSecond = 10;
/** An hour takes some twenty seconds. */
const roundsMax = 3;

interface Side {
  readonly id: NodeId;
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
  readonly verifyKey: KeyObject;
}
function side(): Side {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  return { privateKey, verifyKey: publicKey, publicKey: raw, id: NodeId(hash('sha256', raw).slice(0, 16)) };
}

interface HourOf {
  readonly origins: number;
  readonly seconds: number;
}
interface Hour {
  readonly cpuMs: number;
  /** Of `cpuMs`: tree, proof and the list for the hub. */
  readonly closeCpuMs: number;
  /** Of that, the longest piece in which nothing else had its turn. */
  readonly closePieceCpuMs: number;
  readonly receipts: number;
  readonly packets: number;
  readonly diskBytes: number;
  readonly rssBytes: number;
}

/** The relay hands on to a neighbour that is in this process as well: what that does for a relay, the relay does for the one before it. */
async function runHour({ origins, seconds }: HourOf): Promise<Hour> {
  const [relay, next] = [side(), side()];
  const terms = { network: 'bench', contract: `C${'A'.repeat(55)}`, hubKey: 'aa'.repeat(32), epochSeconds, rpc: [] };
  const keys = { publicKey: (id: NodeId) => [relay, next].find((one) => one.id === id)?.publicKey };
  const clock = new HourClock(epochStart(epoch) * 1000);
  const folder = mkdtempSync(join(tmpdir(), 'energymesh-bench-'));
  const file = join(folder, 'state.db');
  const onDisk = (): number => [file, `${file}-wal`, `${file}-shm`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  try {
    using store = Store.open(file);
    const emptyBytes = onDisk();
    const book = store.rewards.open(terms, clock.wall());
    using journal = new ReceiptJournal({
      ...{ terms, keys, book, clock },
      ownKey: relay.publicKey,
      verify: strictly((_, message, signature) => verify(null, message, next.verifyKey, signature)),
      onStoreError: (error) => {
        throw error;
      },
    });
    const vouching = (of: Side): Vouching =>
      new Vouching({
        ...{ terms: () => terms, keys },
        reading: () => ({ now: clock.wall(), trusted: true }),
        ownKey: of.publicKey,
        sign: (data) => sign(null, data, of.privateKey),
      });
    const now = (): Millis => Millis(clock.monotonic());
    const emit = (output: Output): void => {
      if (output.type === 'receipt' && !journal.take(output)) throw new Error('a genuine receipt was refused');
    };
    const link = (of: Side, to: () => ReceiptExchange): ExchangeOptions['send'] => {
      return (_, frame) => {
        to().onFrame(now(), of.id, frame);
        return true;
      };
    };
    const ours: ReceiptExchange = new ReceiptExchange({ port: vouching(relay), emit, send: link(relay, () => theirs) });
    const theirs: ReceiptExchange = new ReceiptExchange({ port: vouching(next), emit: () => {}, send: link(next, () => ours) });

    const from = Array.from({ length: origins }, (_, i) => NodeId((i + 1).toString(16).padStart(16, '0')));
    const perTick = packetsPerSecond / ticksPerSecond / origins;
    const rssBefore = process.memoryUsage().rss;
    let rssMost = rssBefore;
    const carrying = timed(() => {
      for (let tick = 0; tick < seconds * ticksPerSecond; tick++) {
        for (const origin of from) {
          const bundle = bundleOf(origin, 1 + tick * perTick, perTick);
          theirs.took(now(), relay.id, bundle);
          ours.carried(now(), { ...bundle, incarnation: bundle.entryIncarnation, stream: 'backend' }, bundle.traffic, next.id);
        }
        clock.advance(1000 / ticksPerSecond);
        ours.wake(now());
        if (tick % (60 * ticksPerSecond) === 0) rssMost = Math.max(rssMost, process.memoryUsage().rss);
      }
      // What is not asked for yet is ten seconds later.
      clock.advance(10_000);
      ours.wake(now());
      journal.flush();
    });
    let packets = 0;
    let receipts = 0;
    const closing = await timedInPieces(async (breathe) => {
      const { tree, leaves } = await treeOf(book.receiptsOf(epoch), breathe);
      proofOf(terms, relay.publicKey, epoch, tree, (data) => sign(null, data, relay.privateKey));
      await breathe();
      await carriedOf(book.receiptsOf(epoch), breathe);
      packets = tree.packets;
      receipts = leaves.length;
    });
    rssMost = Math.max(rssMost, process.memoryUsage().rss);
    return {
      cpuMs: carrying.cpuMs + closing.cpuMs,
      closeCpuMs: closing.cpuMs,
      closePieceCpuMs: closing.longestCpuMs,
      ...{ receipts, packets },
      diskBytes: onDisk() - emptyBytes,
      rssBytes: rssMost - rssBefore,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bundleOf = (origin: NodeId, first: number, count: number): Bundle => ({
  kind: kind.bundle,
  ...{ class: 2, hopLimit: 8, congested: false, destination: origin, origin, incarnation: Incarnation(1), transmission: first },
  ...{ encoding: { deflate: false, sealed: true }, traffic: traffic.device, stream: 'backend', entryIncarnation: Incarnation(1) },
  ...{ first, count, floor: { incarnation: Incarnation(1), sequence: first }, payload: new Uint8Array(0) },
});

async function run({ rounds, scale, progress }: Effort): Promise<Measured[]> {
  const seconds = Math.max(30, Math.round(epochSeconds * scale));
  const times = Math.min(rounds, roundsMax);
  const measured: Measured[] = [];
  for (const [name, origins] of [['receipts', 100] as const, ['receipts.oneOrigin', 1] as const] as const) {
    progress(`${name}: ${times} rounds of ${seconds} s at ${packetsPerSecond} packets/s from ${origins} nodes`);
    const hours: Hour[] = [];
    for (let i = 0; i < times; i++) hours.push(await runHour({ origins, seconds }));
    const lost = hours.reduce((sum, { packets }) => sum + packetsPerSecond * seconds - packets, 0);
    const of = (what: (hour: Hour) => number): number[] => hours.map(what);
    measured.push(
      ofRounds(
        `${name}.cpuShare`,
        'of one core',
        of(({ cpuMs }) => cpuMs / (seconds * 1000)),
      ),
      ofRounds(
        `${name}.closeCpuMs`,
        'ms',
        of(({ closeCpuMs }) => closeCpuMs),
      ),
      ofRounds(
        `${name}.closePieceCpuMs`,
        'ms',
        of(({ closePieceCpuMs }) => closePieceCpuMs),
      ),
      ofRounds(
        `${name}.diskMB`,
        'MB',
        of(({ diskBytes }) => diskBytes / 1e6),
      ),
      // Later rounds find room that the first has made.
      { figure: `${name}.rssMB`, value: hours[0]!.rssBytes / 1e6, unit: 'MB' },
      { figure: `${name}.count`, value: hours[0]!.receipts, unit: 'receipts' },
      { figure: `${name}.packetsUnsigned`, value: lost, unit: 'packets' },
    );
  }
  return measured;
}

export const receipts: Bench = { name: 'receipts', about: 'an hour at 1,000 packets/s: signing, verifying, journal, tree', run };
