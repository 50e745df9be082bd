import type { DeviceHash } from '../ids.ts';
import { Reader, Writer } from './cursor.ts';
import type { WireError } from './messages.ts';

export const claimsMax = 1024;
export const claimCounterMax = 0xffff_ffff;

/** A node serves this device, as the `counter`th holder of it or later: the highest counter wins. docs/protocol.md §5.9 */
export interface DeviceClaim {
  readonly device: DeviceHash;
  /** u32 from 1. */
  readonly counter: number;
}

/** Body of a `devices` record. Claims must be sorted by hash, none twice: RangeError otherwise. */
export function encodeClaims(claims: readonly DeviceClaim[]): Uint8Array {
  if (claims.length > claimsMax) throw new RangeError(`claims: ${claims.length}`);
  const writer = new Writer(2 + claims.length * 12).u16(claims.length);
  let before = '';
  for (const { device, counter } of claims) {
    if (device <= before || counter < 1) throw new RangeError('claims: out of order or without a counter');
    before = device;
    writer.hex64(device).u32(counter);
  }
  return writer.done();
}

/** What follows the claims belongs to a later version and is ignored. */
export function decodeClaims(body: Uint8Array): readonly DeviceClaim[] | WireError {
  const reader = new Reader(body);
  const count = reader.u16();
  if (count > claimsMax) reader.fail('range');
  const claims: DeviceClaim[] = [];
  let before = '';
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const device = reader.hex64() as DeviceHash;
    if (reader.error === undefined && device <= before) reader.fail('order');
    const counter = reader.u32();
    if (counter < 1) reader.fail('range');
    before = device;
    claims.push({ device, counter });
  }
  return reader.error === undefined ? claims : reader.wireError();
}
