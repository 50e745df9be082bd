import type { TrafficClass } from '../ids.ts';
import { Reader, u48Max } from './cursor.ts';
import { endFrame, headerBytes } from './frame.ts';
import { type Ack, kind, type WireError } from './messages.ts';
import { beginRouted, clearMutable, readRouted, routedBytes, streamBit } from './routed.ts';

/** More than these go into a further acknowledgement. */
export const ackRunsMax = 256;
export const macBytes = 16;
const runBytes = 14;
const fixedBytes = 10;
const sawCongestionBit = 1;

export function encodeAck(ack: Ack): Uint8Array {
  if (ack.runs.length > ackRunsMax) throw new RangeError(`ack: ${ack.runs.length} runs`);
  if (ack.mac.byteLength !== macBytes) throw new RangeError(`ack: MAC of ${ack.mac.byteLength} bytes`);
  const size = fixedBytes + ack.runs.length * runBytes + macBytes;
  const writer = beginRouted(kind.ack, ack, 0, ack.stream === 'node' ? streamBit : 0, size)
    .u8(ack.ackedClass)
    .u8(ack.sawCongestion ? sawCongestionBit : 0)
    .u48(ack.echoTransmission)
    .u16(ack.runs.length);
  for (const run of ack.runs) writer.u32(run.incarnation).u48(run.first).u32(run.count);
  return endFrame(writer.put(ack.mac));
}

export function decodeAck(frame: Uint8Array, flags: number): Ack | WireError {
  const reader = new Reader(frame, headerBytes);
  const { encoding: _, bits, ...routed } = readRouted(reader, flags, 0, streamBit);
  const ackedClass = reader.u8();
  if (ackedClass > 3) reader.fail('range');
  const ackBits = reader.u8();
  reader.zero(ackBits & ~sawCongestionBit);
  const echoTransmission = reader.u48();
  const count = reader.u16();
  if (count > ackRunsMax) reader.fail('range');
  const runs: Ack['runs'][number][] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const run = { incarnation: reader.incarnation(), first: reader.u48(), count: reader.u32() };
    if (reader.error === undefined && (run.first < 1 || run.count < 1 || run.first + run.count > u48Max)) reader.fail('range');
    const before = runs.at(-1);
    if (before && !(run.incarnation > before.incarnation || (run.incarnation === before.incarnation && run.first >= before.first + before.count))) {
      reader.fail('order');
    }
    runs.push(run);
  }
  const mac = reader.take(macBytes);
  reader.end();
  if (reader.error !== undefined) return reader.wireError(kind.ack);
  return {
    kind: kind.ack,
    ...routed,
    stream: (bits & streamBit) !== 0 ? 'node' : 'backend',
    ackedClass: ackedClass as TrafficClass,
    sawCongestion: ackBits !== 0,
    echoTransmission,
    runs,
    mac,
  };
}

const noMac = new Uint8Array(macBytes);

/** What the MAC of an acknowledgement covers: the whole frame before the MAC, with the congested bit, the length and the hop limit zero. docs/protocol.md §8.4 */
export function ackMacInput(ack: Omit<Ack, 'mac'> | Uint8Array): Uint8Array {
  const whole = ack instanceof Uint8Array ? ack : encodeAck({ ...ack, mac: noMac });
  const input = new Uint8Array(whole.subarray(0, Math.max(routedBytes, whole.byteLength - macBytes)));
  clearMutable(input);
  return input;
}
