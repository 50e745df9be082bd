// The fixtures that every reader of the protocol is held against: docs/protocol.md §13, docs/proofs.md §10.
import {
  type ApplicationMessage,
  ackMacInput,
  associatedData,
  beaconMacInput,
  decodeApplication,
  decodeBeacon,
  decodeClaims,
  decodeFrame,
  decodeLinkState,
  decodeRecord,
  encodeApplication,
  encodeBeacon,
  encodeClaims,
  encodeFrame,
  encodeLinkState,
  encodeRecord,
  FrameSplitter,
  nonceOf,
  packEntries,
  signedBytes,
  unpackEntries,
} from '../src/index.ts';
import { beacon, claims, linkStates, messages, publishes, records, transfer } from './examples.ts';
import { openings } from './openings.ts';
import { hex, plain } from './plain.ts';
import { leafCases, ranges, receipts, trees } from './receipts.ts';
import { budgets, chain, draws, homes, params, rewards } from './rewards.ts';
import { changeCases, signatures, messages as signedMessages } from './signed.ts';

export const recordBytesMax = 131_072;
export const frameBytesMax = 262_144;

interface Case {
  readonly name: string;
  readonly hex: string;
}
const of = (name: string, bytes: Uint8Array, result: unknown, extra: object = {}): Case => ({ name, ...extra, hex: hex(bytes), result: plain(result) }) as Case;

/** `bytes` with others at `at`. */
function altered(bytes: Uint8Array, at: number, ...put: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(put, at);
  return copy;
}
/** `frame` cut or grown to `size`, its length field put right. */
function resized(frame: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(size);
  copy.set(frame.subarray(0, size));
  new DataView(copy.buffer).setUint32(4, size - 8);
  return copy;
}

function frames(): Case[] {
  const good = Object.entries(messages).map(([name, message]) => [name, encodeFrame(message)] as const);
  const by = Object.fromEntries(good) as Record<keyof typeof messages, Uint8Array>;
  const { bundle, ack, drop, heartbeat, credit, digest, summary, bye } = { ...by, bundle: by['bundle, plain'], ack: by['ack of three runs'] };
  const list = by['records of each type'];
  const vouch = by['vouch request'];
  const bad: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['half a header', by.hello.subarray(0, 5)],
    ['another version', altered(by.hello, 0, 2)],
    ['an unknown kind', altered(bye, 1, 200)],
    ['kind 0', altered(bye, 1, 0)],
    ['length above the bytes', altered(bye, 7, 2)],
    ['length below the bytes', altered(bye, 7, 0)],
    ['hello with a flag', altered(by.hello, 3, 1)],
    ['hello of incarnation 0', altered(by.hello, 8, 0, 0, 0, 0)],
    ['hello too short', resized(by.hello, 51)],
    ['hello of a later version, longer', resized(by.hello, 60)],
    ['bye with more', resized(bye, 10)],
    ['bye without its reason', resized(bye, 8)],
    ['bundle cut in its header', resized(bundle, 61)],
    ['bundle without a payload', resized(bundle, 62)],
    ['bundle with an unknown flag', altered(bundle, 2, 0x80)],
    ['bundle of class 4', altered(bundle, 8, 4)],
    ['bundle of an unknown encoding', altered(bundle, 10, 4)],
    ['bundle of traffic 3', altered(bundle, 11, 3)],
    ['bundle with an unknown bit', altered(bundle, 11, 8)],
    ['bundle of traffic 3 with an unknown bit', altered(bundle, 11, 0x0b)],
    ['bundle for nobody', altered(bundle, 12, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['bundle of nobody', altered(bundle, 20, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['bundle of transmission 0', altered(bundle, 32, 0, 0, 0, 0, 0, 0)],
    ['bundle with something reserved', altered(bundle, 39, 1)],
    ['bundle of first 0', altered(bundle, 40, 0, 0, 0, 0, 0, 0)],
    ['bundle of no entries', altered(bundle, 46, 0, 0)],
    ['bundle of 513 entries', altered(bundle, 46, 2, 1)],
    ['bundle beyond the last sequence', altered(bundle, 40, 255, 255, 255, 255, 255, 255)],
    ['bundle of class 4 cut short: the first error counts', altered(resized(bundle, 20), 8, 4)],
    ['ack with an encoding', altered(ack, 10, 1)],
    ['ack with traffic', altered(ack, 11, 1)],
    ['ack of class 4', altered(ack, 40, 4)],
    ['ack with an unknown bit', altered(ack, 41, 2)],
    ['ack of 257 runs', altered(ack, 48, 1, 1)],
    ['ack of more runs than there are', altered(ack, 49, 4)],
    ['ack of fewer runs than there are', altered(ack, 49, 2)],
    ['ack of an empty run', altered(ack, 60, 0, 0, 0, 0)],
    ['ack of a run from 0', altered(ack, 54, 0, 0, 0, 0, 0, 0)],
    ['ack of overlapping runs', altered(ack, 60, 0, 0, 0, 4)],
    ['ack of unsorted runs', altered(ack, 50, 0, 0, 0, 9)],
    ['drop with a stream', altered(drop, 11, 4)],
    ['drop of reason 0', altered(drop, 40, 0)],
    ['drop of reason 8', altered(drop, 40, 8)],
    ['drop with something reserved', altered(drop, 41, 1)],
    ['credit of channel 2', altered(credit, 8, 2)],
    ['credit with something reserved', altered(credit, 9, 1)],
    ['heartbeat with an unknown bit', altered(heartbeat, 18, 2)],
    ['heartbeat of a version of 65 bytes', altered(resized(heartbeat, 97), 31, 65)],
    ['heartbeat of broken text', altered(heartbeat, 32, 0xc0, 0x80)],
    ['vouch request of no ranges', altered(resized(vouch, 18), 16, 0, 0)],
    ['vouch request of 257 ranges', altered(vouch, 16, 1, 1)],
    ['vouch request of class 4', altered(vouch, 30, 4)],
    ['vouch request from 0', altered(vouch, 31, 0, 0, 0, 0, 0, 0)],
    ['vouch request of an empty range', altered(vouch, 37, 0, 0)],
    ['vouch request of 257 packets', altered(vouch, 37, 0, 2)],
    ['vouch request of adjacent ranges', altered(vouch, 78, 200)],
    ['vouch request out of order', altered(vouch, 51, 0)],
    ['vouch request of fewer ranges than there are', altered(vouch, 17, 2)],
    ['voucher with half a signature', resized(by.voucher, 48)],
    ['digest of 63 buckets', resized(digest, 512)],
    ['digest of 65 buckets', resized(digest, 528)],
    ['summary of more keys than there are', altered(summary, 17, 3)],
    ['summary of 8193 keys', altered(summary, 16, 0x20, 0x01)],
    ['records of 4097', altered(list, 8, 0x10, 0x01)],
    ['records of more than there are', altered(list, 9, 5)],
    ['records of fewer than there are', altered(list, 9, 3)],
    ['records with one of an unknown type', altered(list, 10, 99)],
    ['records with a body beyond the bound', altered(list, 32, 0, 2, 0, 1)],
    ['records with a signature of 63 bytes', altered(list, 11, 63)],
  ];
  return [...good, ...bad].map(([name, bytes]) => of(name, bytes, decodeFrame(bytes)));
}

/** One connection's bytes in chunks, and what comes out of them. */
function streams(): object[] {
  const bye = encodeFrame(messages.bye);
  const big = encodeFrame(messages.hello);
  const unknown = Uint8Array.of(1, 200, 0, 0, 0, 0, 0, 3, 1, 2, 3);
  const stream = (name: string, bytes: Uint8Array[], sizes: number[]) => {
    const all = Uint8Array.from(bytes.flatMap((part) => Array.from(part)));
    const splitter = new FrameSplitter(frameBytesMax);
    const chunks: string[] = [];
    const out: unknown[] = [];
    for (let at = 0, i = 0; at < all.byteLength; i++) {
      const end = Math.min(all.byteLength, at + sizes[i % sizes.length]!);
      const chunk = all.slice(at, end);
      chunks.push(hex(chunk));
      out.push(...splitter.push(chunk).map(plain));
      at = end;
    }
    return { name, chunks, result: out };
  };
  return [
    stream('three frames at once', [bye, big, bye], [1000]),
    stream('three frames byte by byte', [bye, big, bye], [1]),
    stream('cut in the header and in the body', [big, bye, big], [3, 30, 7]),
    stream('an unknown kind between two frames', [bye, unknown, bye], [5]),
    stream('another version ends the stream', [bye, altered(bye, 0, 2), bye], [1000]),
    stream('a frame above the bound ends the stream', [bye, Uint8Array.of(1, 1, 0, 0, 0, 3, 0xff, 0xf9), bye], [4]),
  ];
}

function recordCases(): Case[] {
  const [identity, links, tombstone, devices, community] = records.map((record) => encodeRecord(record)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const cases: [string, Uint8Array][] = [
    ['identity', identity],
    ['links', links],
    ['tombstone', tombstone],
    ['devices', devices],
    ['community document', community],
    ['unknown type', altered(links, 0, 6)],
    ['cut', links.subarray(0, links.byteLength - 1)],
    ['with more', Uint8Array.of(...links, 0)],
    ['of nobody', altered(links, 2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['body beyond the bound', altered(links, 22, 0, 2, 0, 1)],
    ['community document of somebody', altered(community, 9, 1)],
    ['community document of an incarnation', altered(community, 13, 1)],
  ];
  return cases.map(([name, bytes]) => of(name, bytes, decodeRecord(bytes, recordBytesMax)));
}

function linkStateCases(): Case[] {
  const [full, bare] = [encodeLinkState(linkStates.full), encodeLinkState(linkStates.bare)];
  const cases: [string, Uint8Array][] = [
    ['gateway with a position and three neighbours', full],
    ['lone node', bare],
    ['of a later version: unknown flag, more at the end', Uint8Array.of(full[0]! | 0x40, ...full.subarray(1), 7, 7)],
    ['cut', full.subarray(0, full.byteLength - 1)],
    ['neighbours out of order', altered(full, 49 + 7, 0xc9)],
    ['a neighbour without a cost', altered(full, 49 + 8, 0, 0)],
    ['a neighbour of zeros', altered(full, 49, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['off the globe', altered(full, 40, 0x7f, 0xff, 0xff, 0xff)],
  ];
  return cases.map(([name, bytes]) => of(name, bytes, decodeLinkState(bytes)));
}

function claimCases(): Case[] {
  const two = encodeClaims(claims);
  const cases: [string, Uint8Array][] = [
    ['two devices', two],
    ['none', encodeClaims([])],
    ['of a later version: more at the end', Uint8Array.of(...two, 7)],
    ['nothing', new Uint8Array(0)],
    ['cut', two.subarray(0, two.byteLength - 1)],
    ['out of order', Uint8Array.of(0, 2, ...two.subarray(14), ...two.subarray(2, 14))],
    ['a device twice', Uint8Array.of(0, 2, ...two.subarray(2, 14), ...two.subarray(2, 14))],
    ['a device of zeros', altered(two, 2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['a counter of 0', altered(two, 10, 0, 0, 0, 0)],
    ['a counter of 0, out of order: the first error counts', Uint8Array.of(0, 2, ...two.subarray(14), ...two.subarray(2, 10), 0, 0, 0, 0)],
    ['1025 devices', altered(two, 0, 4, 1)],
  ];
  return cases.map(([name, bytes]) => of(name, bytes, decodeClaims(bytes)));
}

function payloadCases(): Case[] {
  const entries = [
    { ageMs: 0, lifetimeMs: 0, body: new Uint8Array(0) },
    { ageMs: 127, lifetimeMs: 128, body: Uint8Array.of(1, 2, 3) },
    { ageMs: 2 ** 32 + 5, lifetimeMs: 2 ** 48 - 1, body: new Uint8Array(200).fill(0x5a) },
  ];
  const packed = packEntries(entries);
  const cases: [string, Uint8Array, number][] = [
    ['three entries', packed, 3],
    ['one more than there are', packed, 4],
    ['one fewer than there are', packed, 2],
    ['a number in a longer form', Uint8Array.of(0x80, 0, 0, 0), 1],
    ['a number of 49 bits', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0), 1],
    ['a number without an end', new Uint8Array(9).fill(0xff), 1],
    ['a number cut', Uint8Array.of(0x80), 1],
    ['a body beyond the bound', Uint8Array.of(0, 0, 0x81, 0x80, 0x08), 1],
  ];
  return cases.map(([name, bytes, count]) => of(name, bytes, unpackEntries(bytes, count), { count }));
}

function applicationCases(): Case[] {
  const attach: ApplicationMessage = { kind: 'attach', counter: 5, leaseSeconds: 180, filters: ['energymesh/c/em/d1/command', 'energymesh/c/em/d2/#'] };
  const [full, bare, attached] = [encodeApplication(publishes.full), encodeApplication(publishes.bare), encodeApplication(attach)];
  const transferred = encodeApplication(transfer);
  const cases: [string, Uint8Array][] = [
    ['publish with all', full],
    ['publish with nothing', bare],
    ['attach', attached],
    ['attach without filters', encodeApplication({ ...attach, filters: [] })],
    ['detach', encodeApplication({ kind: 'detach', counter: 2 ** 48 - 1 })],
    ['unknown kind', Uint8Array.of(1, 9, 1, 2, 3)],
    ['nothing', new Uint8Array(0)],
    ['another version', altered(bare, 0, 2)],
    ['qos 3', altered(bare, 2, 3)],
    ['an unknown bit', altered(bare, 2, 0x20)],
    ['qos 3 and an unknown bit: the first error counts', altered(bare, 2, 0x23)],
    ['no topic', Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0)],
    ['a topic beyond the bound', altered(bare, 3, 4, 1)],
    ['a wildcard in the topic', altered(bare, 5, 0x2b)],
    ['NUL in the topic', altered(bare, 5, 0)],
    ['broken UTF-8 in the topic', altered(bare, 5, 0xff)],
    ['a surrogate in the topic', Uint8Array.of(1, 1, 0, 0, 3, 0xed, 0xa0, 0x80, 0, 0, 0)],
    ['a byte-order mark in the topic stays', Uint8Array.of(1, 1, 0, 0, 4, 0xef, 0xbb, 0xbf, 0x61, 0, 0, 0)],
    ['a property twice', Uint8Array.of(1, 1, 0, 0, 1, 0x61, 0, 0, 2, 0, 1, 0x62, 0, 0, 0, 1, 0x62, 0, 0)],
    ['33 properties', Uint8Array.of(1, 1, 0, 0, 1, 0x61, 0, 0, 33)],
    ['attach with more', Uint8Array.of(...attached, 0)],
    ['attach with an empty filter', Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0)],
    ['attach of 2049 filters', Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 8, 1)],
    ['detach cut', Uint8Array.of(1, 3, 0, 0, 0)],
    ['transfer', transferred],
    ['transfer of nothing', encodeApplication({ ...publishes.bare, kind: 'transfer', of: transfer.of })],
    ['transfer of nobody', altered(transferred, 2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['transfer of the backend', altered(transferred, 14, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['transfer of class 4', altered(transferred, 22, 4)],
    ['transfer of sequence 0', altered(transferred, 23, 0, 0, 0, 0, 0, 0)],
    ['transfer of an unknown bit', altered(transferred, 29, 0x80)],
    ['transfer cut', transferred.subarray(0, 28)],
  ];
  return cases.map(([name, bytes]) => of(name, bytes, decodeApplication(bytes)));
}

function beaconCases(): Case[] {
  const good = encodeBeacon(beacon);
  const cases: [string, Uint8Array][] = [
    ['beacon', good],
    ['cut', good.subarray(0, 31)],
    ['with more', Uint8Array.of(...good, 0)],
    ['another version', altered(good, 0, 2)],
    ['something reserved', altered(good, 1, 1)],
    ['port 0', altered(good, 2, 0, 0)],
  ];
  return cases.map(([name, bytes]) => of(name, bytes, decodeBeacon(bytes)));
}

/** What is signed, sealed or authenticated, made from whole frames. */
function derived(): object[] {
  const changed = { hopLimit: 3, congested: true };
  const bundle = messages['bundle, sealed'];
  const ack = messages['ack of three runs'];
  const forms = [
    { of: 'bundle', frame: encodeFrame(bundle), associatedData: associatedData(bundle), nonce: nonceOf(bundle) },
    { of: 'bundle', frame: encodeFrame({ ...bundle, ...changed }), associatedData: associatedData(bundle), nonce: nonceOf(bundle) },
    { of: 'ack', frame: encodeFrame(ack), macInput: ackMacInput(ack) },
    { of: 'ack', frame: encodeFrame({ ...ack, ...changed }), macInput: ackMacInput(ack) },
    { of: 'record', record: encodeRecord(records[1]!), signedBytes: signedBytes(records[1]!) },
    { of: 'beacon', datagram: encodeBeacon(beacon), macInput: beaconMacInput(beacon) },
  ];
  return forms.map((form, i) => ({ name: `${form.of} ${i}`, ...(plain(form) as object) }));
}

/** Everything, by file. */
export const build = (): Record<string, object[]> => ({
  frames: frames(),
  streams: streams(),
  records: recordCases(),
  linkstate: linkStateCases(),
  claims: claimCases(),
  payload: payloadCases(),
  application: applicationCases(),
  beacon: beaconCases(),
  derived: derived(),
  'proof-messages': signedMessages(),
  'proof-signatures': signatures(),
  'proof-changes': changeCases(),
  'proof-ranges': ranges(),
  'proof-leaves': leafCases(),
  'proof-receipts': receipts(),
  'proof-trees': trees(),
  'proof-openings': openings(),
  'proof-draws': draws(),
  'proof-chain': chain(),
  'proof-params': params(),
  'proof-rewards': rewards(),
  'proof-budgets': budgets(),
  'proof-homes': homes(),
});
