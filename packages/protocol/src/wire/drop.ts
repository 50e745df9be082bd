import { Reader } from './cursor.ts';
import { endFrame, headerBytes } from './frame.ts';
import { type Drop, dropCode, kind, type WireError } from './messages.ts';
import { beginRouted, readRouted } from './routed.ts';

const reasonMax = Math.max(...Object.values(dropCode));

export function encodeDrop(drop: Drop): Uint8Array {
  return endFrame(beginRouted(kind.drop, drop, 0, 0, 8).u8(drop.reason).u8(0).u48(drop.droppedTransmission));
}

export function decodeDrop(frame: Uint8Array, flags: number): Drop | WireError {
  const reader = new Reader(frame, headerBytes);
  const { encoding: _, bits: __, ...routed } = readRouted(reader, flags, 0, 0);
  const reason = reader.u8();
  if (reason < 1 || reason > reasonMax) reader.fail('range');
  reader.zero(reader.u8());
  const droppedTransmission = reader.u48();
  reader.end();
  if (reader.error !== undefined) return reader.wireError(kind.drop);
  return { kind: kind.drop, ...routed, reason: reason as Drop['reason'], droppedTransmission };
}
