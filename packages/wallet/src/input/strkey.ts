/**
 * Stellar's text form of keys (SEP-23): base32 of version byte | payload | CRC16-XModem, little-endian. Written here so that what people type
 * can be judged without the 120 KB of the SDK; the tests hold it against the SDK's own.
 */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Version byte and payload length of the kinds that a wallet meets. */
const kinds = {
  account: { version: 6 << 3, bytes: 32 },
  muxed: { version: 12 << 3, bytes: 40 },
  secret: { version: 18 << 3, bytes: 32 },
  contract: { version: 2 << 3, bytes: 32 },
} as const;

export type StrkeyKind = keyof typeof kinds;

/** The longest text form here (M..., 69 characters) with room to say "too long" instead of reading a book. */
export const strkeyLengthMax = 80;

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits ? text + alphabet[(pending << (5 - bits)) & 31] : text;
}

/** undefined when a character is foreign, the length is impossible or the unused bits at the end are not zero: one key has one text. */
function fromBase32(text: string): Uint8Array | undefined {
  if ([1, 3, 6].includes(text.length % 8)) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    pending = (pending << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (pending >> bits) & 255;
    }
    pending &= (1 << bits) - 1;
  }
  return pending === 0 ? bytes : undefined;
}

export function encodeStrkey(kind: StrkeyKind, payload: Uint8Array): string {
  const { version, bytes } = kinds[kind];
  if (payload.length !== bytes) throw new TypeError(`${kind}: expected ${bytes} bytes, got ${payload.length}`);
  const body = new Uint8Array(bytes + 3);
  body[0] = version;
  body.set(payload, 1);
  const crc = crc16(body.subarray(0, bytes + 1));
  body[bytes + 1] = crc & 255;
  body[bytes + 2] = crc >> 8;
  return toBase32(body);
}

export type Strkey = { readonly kind: StrkeyKind; readonly payload: Uint8Array };

/** The key in `text`; `'checksum'` when it has the shape of one and was mistyped; undefined when it is something else. */
export function decodeStrkey(text: string): Strkey | 'checksum' | undefined {
  if (text.length > strkeyLengthMax) return undefined;
  const body = fromBase32(text);
  if (!body) return undefined;
  for (const [kind, { version, bytes }] of Object.entries(kinds)) {
    if (body.length !== bytes + 3 || body[0] !== version) continue;
    const crc = crc16(body.subarray(0, bytes + 1));
    if (body[bytes + 1] !== (crc & 255) || body[bytes + 2] !== crc >> 8) return 'checksum';
    return { kind: kind as StrkeyKind, payload: body.slice(1, bytes + 1) };
  }
  return undefined;
}
