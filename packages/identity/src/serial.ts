import { randomBytes } from 'node:crypto';

/** A certificate's serial number: 16 random bytes, positive and without a leading zero, so that every library writes it the same way. */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | (bytes[0]! & 0x3f);
  return bytes.toString('hex');
}
