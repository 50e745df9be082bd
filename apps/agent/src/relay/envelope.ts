import type { DeliveredEntry, Publish } from '@energymesh/protocol';
import { entryName } from './runs.ts';

/** What the backend learns of an entry beside its payload: docs/devices.md, "What a backend receives". */
export interface Provenance {
  readonly id: string;
  readonly node: string;
  readonly ageMs: number;
  readonly fingerprint: string | undefined;
  /** It came to the node with DUP=1: the only ones that an equal fingerprint may drop. */
  readonly dup: boolean;
  readonly late: boolean;
}

export const provenanceOf = (entry: DeliveredEntry, message: Publish, ageMs: number): Provenance => ({
  id: entryName(entry.id),
  node: entry.id.origin,
  ageMs: Math.max(0, Math.round(ageMs)),
  fingerprint: message.fingerprint,
  dup: message.dup,
  late: entry.late,
});

/** MQTT 5 user properties. A publisher's own properties whose names begin with `em-` are left out, so that nobody forges these. */
export function userProperties(of: Provenance, own: Readonly<Record<string, string>>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (!name.toLowerCase().startsWith('em-') && name !== 'content-type') properties[name] = value;
  properties['em-id'] = of.id;
  properties['em-node'] = of.node;
  properties['em-age'] = String(of.ageMs);
  if (of.fingerprint) properties['em-fp'] = of.fingerprint;
  if (of.dup) properties['em-dup'] = '1';
  if (of.late) properties['em-late'] = '1';
  return properties;
}

/** MQTT 3.1.1 has no properties: a JSON object around the payload, `payload` when it is UTF-8 text, else `payload64`. */
export function wrap(of: Provenance, payload: Uint8Array): Buffer {
  const text = asText(payload);
  const head = {
    em: 1,
    id: of.id,
    node: of.node,
    age: of.ageMs,
    ...(of.fingerprint ? { fp: of.fingerprint } : {}),
    ...(of.dup ? { dup: true } : {}),
    ...(of.late ? { late: true } : {}),
  };
  return Buffer.from(JSON.stringify(text === undefined ? { ...head, payload64: Buffer.from(payload).toString('base64') } : { ...head, payload: text }));
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function asText(payload: Uint8Array): string | undefined {
  try {
    return strict.decode(payload);
  } catch {
    return undefined;
  }
}

/** The id that an echo of our own message carries, in whichever of the two forms. */
export function originOf(properties: Readonly<Record<string, string>>, payload: Uint8Array): string | undefined {
  if (properties['em-node']) return properties['em-node'];
  if (payload.byteLength < 8 || payload[0] !== 0x7b || !Buffer.from(payload.subarray(0, 16)).includes('"em":1')) return undefined;
  try {
    const { em, node } = JSON.parse(Buffer.from(payload).toString()) as { em?: unknown; node?: unknown };
    return em === 1 && typeof node === 'string' ? node : undefined;
  } catch {
    return undefined;
  }
}
