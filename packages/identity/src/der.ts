const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/** At most so many certificates are read from one PEM text or DER bundle: leaf, issuing, root. */
export const chainLengthMax = 3;

/** The DER certificates of a PEM text, in its order; undefined when there is none or more than three. */
export function derOfPem(pem: string): Uint8Array[] | undefined {
  const found = [...pem.matchAll(PEM)].map((match) => new Uint8Array(Buffer.from(match[1] ?? '', 'base64')));
  return found.length === 0 || found.length > chainLengthMax ? undefined : found;
}

export function pemOfDer(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Length of the DER SEQUENCE at the start of `bytes`, header included; undefined when its header is broken or it is cut short. */
function sequenceLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2 || bytes[0] !== 0x30) return undefined;
  const first = bytes[1]!;
  if (first < 0x80) return 2 + first <= bytes.length ? 2 + first : undefined;
  const count = first & 0x7f;
  if (count < 1 || count > 3 || bytes.length < 2 + count) return undefined;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[2 + i]!;
  const total = 2 + count + length;
  return total <= bytes.length ? total : undefined;
}

/** Certificates laid end to end in DER, taken apart; undefined when the bytes are anything else. */
export function splitDer(bytes: Uint8Array): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const length = sequenceLength(rest);
    if (length === undefined || parts.length === chainLengthMax) return undefined;
    parts.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return parts.length === 0 ? undefined : parts;
}

export function joinDer(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
