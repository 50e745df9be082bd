import type { Topics } from '../topics.ts';
import type { Row } from './row.ts';

/** A PUBLISH as it came in from the broker. */
export interface Arrival {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** MQTT 5 user properties; none on 3.1.1. */
  readonly properties?: Readonly<Record<string, string | string[]>>;
  /** The gateway that brought it, where the broker knows. */
  readonly via?: string;
}

export type Read =
  | { readonly ok: true; readonly row: Row }
  /** Counted under the reason; acknowledged, since it would be no better the next time. */
  | { readonly ok: false; readonly reason: 'not-kept' | 'payload-too-big' | 'wrong-node' | 'no-rewards' };

export const payloadBytesMax = 256 * 1024;

interface Origin {
  readonly entryId: string | null;
  readonly node: string | null;
  readonly ageMs: number | null;
  readonly fingerprint: string | null;
  readonly dup: boolean;
  readonly late: boolean;
  readonly payload: Uint8Array;
}

const ENTRY = /^([0-9a-f]{16})\.\d{1,10}\.[0-3]\.\d{1,15}$/;
const FINGERPRINT = /^[0-9a-f]{8,64}$/;
const NODE = /^[0-9a-f]{16}$/;
/** A century: what is older is no age. */
const ageMsMax = 3_155_760_000_000;

/** Reads topic, entry id and payload of an arrival. docs/protocol.md §10, docs/hub.md */
export function readArrival(arrival: Arrival, topics: Topics, now: number): Read {
  if (arrival.payload.length > payloadBytesMax) return { ok: false, reason: 'payload-too-big' };
  const topic = topics.parse(arrival.topic);
  if (topic.at !== 'device' && topic.at !== 'node') return { ok: false, reason: 'not-kept' };
  const { dup, late, ...origin } = fromProperties(arrival) ?? fromEnvelope(arrival.payload) ?? unidentified(arrival.payload);
  const { fingerprint, ...entry } = origin;
  if (topic.at === 'node') {
    // A node speaks for itself only: its entry's origin is the node in the topic.
    if (entry.node !== null && entry.node !== topic.node) return { ok: false, reason: 'wrong-node' };
    if (topic.kind === 'reply') return { ok: false, reason: 'not-kept' };
    if (topic.kind === 'rewards') return forRewards(topic.node, entry, now);
    return { ok: true, row: { table: topic.kind === 'report' ? 'reports' : 'expired', subject: topic.node, receivedAt: now, ...entry } };
  }
  const via = arrival.via ?? null;
  return { ok: true, row: { table: 'telemetry', device: topic.device, kind: topic.kind, receivedAt: now, fingerprint, dup, late, via, ...entry } };
}

/** A node's answer to a phone: kept nowhere. Undefined: none, or not by that node. */
export function readReply(arrival: Arrival, topics: Topics): { readonly node: string; readonly payload: Uint8Array } | undefined {
  const topic = topics.parse(arrival.topic);
  if (topic.at !== 'node' || topic.kind !== 'reply' || arrival.payload.length > payloadBytesMax) return undefined;
  const { entryId, payload } = fromProperties(arrival) ?? fromEnvelope(arrival.payload) ?? unidentified(arrival.payload);
  return entryId?.startsWith(`${topic.node}.`) ? { node: topic.node, payload } : undefined;
}

/** Believed as its origin's word only: without an entry id nobody knows whose it is. */
function forRewards(subject: string, { entryId, payload }: Pick<Origin, 'entryId' | 'payload'>, receivedAt: number): Read {
  if (!entryId?.startsWith(`${subject}.`)) return { ok: false, reason: 'wrong-node' };
  return { ok: true, row: { table: 'rewards', subject, node: subject, entryId, receivedAt, payload } };
}

const unidentified = (payload: Uint8Array): Origin => ({ entryId: null, node: null, ageMs: null, fingerprint: null, dup: false, late: false, payload });

function origin(
  fields: { id: unknown; node: unknown; age: unknown; fingerprint: unknown; dup: boolean; late: boolean },
  payload: Uint8Array,
): Origin | undefined {
  const match = typeof fields.id === 'string' ? ENTRY.exec(fields.id) : null;
  if (!match) return undefined;
  const age = Number(fields.age);
  return {
    entryId: match[0],
    node: typeof fields.node === 'string' && NODE.test(fields.node) ? fields.node : match[1]!,
    ageMs: Number.isFinite(age) && age >= 0 && age <= ageMsMax ? Math.round(age) : null,
    fingerprint: typeof fields.fingerprint === 'string' && FINGERPRINT.test(fields.fingerprint) ? fields.fingerprint : null,
    dup: fields.dup,
    late: fields.late,
    payload,
  };
}

function fromProperties(arrival: Arrival): Origin | undefined {
  const read = (name: string): string | undefined => {
    const value = arrival.properties?.[name];
    return Array.isArray(value) ? value[0] : value;
  };
  if (read('em-id') === undefined) return undefined;
  const flags = { dup: read('em-dup') === '1', late: read('em-late') !== undefined };
  return origin({ id: read('em-id'), node: read('em-node'), age: read('em-age'), fingerprint: read('em-fp'), ...flags }, arrival.payload);
}

/** The envelope of MQTT 3.1.1: {"em":1,"id","node","age","fp"?,"dup"?,"late"?,"payload" | "payload64"}. */
function fromEnvelope(bytes: Uint8Array): Origin | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Most payloads without an envelope are told by their first bytes.
  if (text.length < 10 || text[0] !== 0x7b || !text.subarray(0, 8).includes('"em"')) return undefined;
  try {
    const envelope: unknown = JSON.parse(text.toString('utf8'));
    if (typeof envelope !== 'object' || envelope === null) return undefined;
    const { em, id, node, age, fp, dup, late, payload, payload64 } = envelope as Record<string, unknown>;
    const inner = typeof payload === 'string' ? Buffer.from(payload) : typeof payload64 === 'string' ? Buffer.from(payload64, 'base64') : undefined;
    if (em !== 1 || !inner) return undefined;
    return origin({ id, node, age, fingerprint: fp, dup: dup === true || dup === 1, late: late === true || late === 1 }, inner);
  } catch {
    return undefined;
  }
}
