/** What the relay reads of a command: docs/devices.md, "Command". Everything else in it is between the backend and the device. */
export interface CommandHead {
  /** Of the payload's `id`, else the MQTT 5 correlation data; undefined: it has none and is never taken for a repetition. */
  readonly id: string | undefined;
  /** Unix milliseconds after which the device must not get it. */
  readonly expiresAt: number | undefined;
  /** Seconds to live from now, where the publisher gave no instant. */
  readonly ttlSeconds: number | undefined;
}

/** A command is small; a larger payload is carried, but not read. */
const readBytesMax = 64 * 1024;
const idCharactersMax = 128;

export function commandHead(payload: Uint8Array, properties: Readonly<Record<string, string>>): CommandHead {
  const fields = readObject(payload);
  const id = text(fields.id) ?? text(properties['correlation-data']);
  const issuedAt = instant(fields.issuedAt);
  const ttl = typeof fields.ttlSeconds === 'number' && Number.isFinite(fields.ttlSeconds) && fields.ttlSeconds >= 0 ? fields.ttlSeconds : undefined;
  const expiresAt = instant(fields.expiresAt) ?? (issuedAt !== undefined && ttl !== undefined ? issuedAt + ttl * 1000 : undefined);
  return { id, expiresAt, ttlSeconds: expiresAt === undefined ? ttl : undefined };
}

/**
 * How long a command may still live here, milliseconds; 0 or less: it is too late already. The shortest of what the topic map allows,
 * what the broker says is left (Message Expiry Interval) and the payload's own deadline. An instant counts only by a trusted clock.
 */
export function commandLifetimeMs(head: CommandHead, ruleMs: number, expirySeconds: number | undefined, wallNow: number, wallTrusted: boolean): number {
  const limits = [ruleMs];
  if (expirySeconds !== undefined) limits.push(expirySeconds * 1000);
  if (head.expiresAt !== undefined && wallTrusted) limits.push(head.expiresAt - wallNow);
  if (head.ttlSeconds !== undefined) limits.push(head.ttlSeconds * 1000);
  return Math.floor(Math.min(...limits));
}

function readObject(payload: Uint8Array): Record<string, unknown> {
  if (payload.byteLength > readBytesMax || payload[0] !== 0x7b) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.length > 0 && value.length <= idCharactersMax ? value : undefined);

function instant(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}
