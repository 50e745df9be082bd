import type { Incarnation } from '../ids.ts';
import { Reader, Writer } from './cursor.ts';
import { wireVersion } from './frame.ts';
import type { WireError } from './messages.ts';
import { utf8Encode } from './utf8.ts';

/** docs/protocol.md §11.1: version u8, reserved u8, port u16, incarnation u32, nonce 8, MAC 16. */
export const beaconBytes = 32;
const macAt = 16;
const tag = utf8Encode('EnergyMesh beacon 1\0');

export interface Beacon {
  /** 8 random bytes, new in every beacon: one seen before is an own beacon or a replayed one. */
  readonly nonce: Uint8Array;
  /** TCP port on which the sender takes links; the address is the datagram's. */
  readonly port: number;
  readonly incarnation: Incarnation;
  /** HMAC-SHA256 under the community's beacon key, first 16 bytes. */
  readonly mac: Uint8Array;
}

export function encodeBeacon(beacon: Beacon): Uint8Array {
  if (beacon.nonce.byteLength !== 8 || beacon.mac.byteLength !== 16 || beacon.port < 1) throw new RangeError('beacon: nonce, MAC or port');
  return new Writer(beaconBytes).u8(wireVersion).u8(0).u16(beacon.port).u32(beacon.incarnation).put(beacon.nonce).put(beacon.mac).done();
}

/** Never throws. The MAC is not checked here: see `beaconMacInput`. */
export function decodeBeacon(datagram: Uint8Array): Beacon | WireError {
  const reader = new Reader(datagram);
  const version = reader.u8();
  if (reader.error === undefined && version !== wireVersion) return { error: 'version', at: 0 };
  reader.zero(reader.u8());
  const port = reader.u16();
  if (port === 0) reader.fail('range');
  const incarnation = reader.incarnation();
  const nonce = reader.take(8);
  const mac = reader.take(16);
  reader.end();
  return reader.error === undefined ? { nonce, port, incarnation, mac } : reader.wireError();
}

const noMac = new Uint8Array(16);

/** What the MAC covers: a tag of its own and the datagram before the MAC. */
export function beaconMacInput(beacon: Omit<Beacon, 'mac'>): Uint8Array {
  const datagram = encodeBeacon({ ...beacon, mac: noMac });
  return new Writer(tag.byteLength + macAt).put(tag).put(datagram.subarray(0, macAt)).done();
}
