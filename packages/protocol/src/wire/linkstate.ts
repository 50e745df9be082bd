import { clampU32, Reader, Writer } from './cursor.ts';
import type { LinkState, WireError } from './messages.ts';

export const linkStateNeighboursMax = 255;
const nobody: string = '0000000000000000';
const gatewayBit = 1;
const positionBit = 2;
/** 1e-7 degrees: about a centimetre. */
const perDegree = 1e7;

/** Body of a `links` record. Neighbours must be sorted by id: RangeError otherwise. docs/protocol.md §5.4 */
export function encodeLinkState(state: LinkState): Uint8Array {
  if (state.agreementKey.byteLength !== 32) throw new RangeError(`link state: agreement key of ${state.agreementKey.byteLength} bytes`);
  if (state.neighbours.length > linkStateNeighboursMax) throw new RangeError(`link state: ${state.neighbours.length} neighbours`);
  const writer = new Writer(49 + state.neighbours.length * 10)
    .u8((state.gateway ? gatewayBit : 0) | (state.position ? positionBit : 0))
    .put(state.agreementKey)
    .u16(Math.min(state.devices, 0xffff));
  if (state.gateway) writer.u32(clampU32(Math.round(state.gateway.backendMs * 100))).u8(state.gateway.load);
  if (state.position) writer.i32(Math.round(state.position.lat * perDegree)).i32(Math.round(state.position.lon * perDegree));
  writer.u8(state.neighbours.length);
  let before = nobody;
  for (const { node, cost } of state.neighbours) {
    if (node <= before || cost < 1) throw new RangeError('link state: neighbours out of order or without a cost');
    before = node;
    writer.hex64(node).u16(cost);
  }
  return writer.done();
}

/** Unknown flags and what follows the neighbours belong to a later version and are ignored: the signature covers them all the same. */
export function decodeLinkState(body: Uint8Array): LinkState | WireError {
  const reader = new Reader(body);
  const flags = reader.u8();
  const agreementKey = reader.take(32);
  const devices = reader.u16();
  const gateway = (flags & gatewayBit) !== 0 ? { backendMs: reader.u32() / 100, load: reader.u8() } : undefined;
  const position = (flags & positionBit) !== 0 ? { lat: reader.i32() / perDegree, lon: reader.i32() / perDegree } : undefined;
  if (position && (Math.abs(position.lat) > 90 || Math.abs(position.lon) > 180)) reader.fail('range');
  const count = reader.u8();
  const neighbours: LinkState['neighbours'][number][] = [];
  let before = nobody;
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const node = reader.id();
    if (reader.error === undefined && node <= before) reader.fail('order');
    const cost = reader.u16();
    if (cost < 1) reader.fail('range');
    before = node;
    neighbours.push({ node, cost });
  }
  return reader.error === undefined ? { agreementKey, gateway, devices, position, neighbours } : reader.wireError();
}
