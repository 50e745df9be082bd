import type { Incarnation } from '../ids.ts';
import { clampU32, hashAt, Reader, u16At, u32At } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type Hello, kind, type WireError } from './messages.ts';

/** Body of the known fields. */
const helloBytes = 44;
/** Clocks are taken modulo 2^32 microseconds, which is 71 minutes. */
const wrapU32 = (value: number): number => Math.floor(value) % 0x1_0000_0000;

/** docs/protocol.md §3.3. Written and read at fixed offsets: on a quiet network nearly every frame is a hello. */
export function encodeHello(hello: Hello): Uint8Array {
  if (hello.incarnation < 1) throw new RangeError('hello: incarnations start at 1');
  return endFrame(
    beginFrame(kind.hello, helloBytes)
      .u32(hello.incarnation)
      .u32(hello.features)
      .u32(wrapU32(hello.sequence))
      .u32(wrapU32(hello.sentMicros))
      .u32(wrapU32(hello.echoMicros))
      .u32(clampU32(hello.echoAgeMicros))
      .u16(hello.intervalMs)
      .u16(hello.cost)
      .u32(hello.yourIncarnation)
      .hex64(hello.database)
      .u32(hello.community),
  );
}

/** A longer hello is one of a later version: what follows the known fields is ignored. */
export function decodeHello(frame: Uint8Array, flags: number): Hello | WireError {
  const incarnation = frame.byteLength < 12 ? 0 : u32At(frame, 8);
  if (flags !== 0 || incarnation === 0 || frame.byteLength < headerBytes + helloBytes) return brokenHello(frame, flags);
  return {
    kind: kind.hello,
    incarnation: incarnation as Incarnation,
    features: u32At(frame, 12),
    sequence: u32At(frame, 16),
    sentMicros: u32At(frame, 20),
    echoMicros: u32At(frame, 24),
    echoAgeMicros: u32At(frame, 28),
    intervalMs: u16At(frame, 32),
    cost: u16At(frame, 34),
    yourIncarnation: u32At(frame, 36) as Incarnation,
    database: hashAt(frame, 40),
    community: u32At(frame, 48),
  };
}

/** Lengths of the fields behind the incarnation. */
const laterFields = [4, 4, 4, 4, 4, 2, 2, 4, 8, 4];

function brokenHello(frame: Uint8Array, flags: number): WireError {
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  if (reader.incarnation() === 0) reader.fail('range');
  for (const size of laterFields) reader.skip(size);
  return reader.wireError(kind.hello);
}
