import { clampU32, Reader } from './cursor.ts';
import { beginFrame, endFrame, headerBytes } from './frame.ts';
import { type Hello, kind, type WireError } from './messages.ts';

/** Body of the known fields. */
const helloBytes = 44;
/** Clocks are taken modulo 2^32 microseconds, which is 71 minutes. */
const wrapU32 = (value: number): number => Math.floor(value) % 0x1_0000_0000;

/** docs/protocol.md §3.3 */
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
  const reader = new Reader(frame, headerBytes);
  reader.zero(flags);
  const incarnation = reader.incarnation();
  if (incarnation === 0) reader.fail('range');
  const hello: Hello = {
    kind: kind.hello,
    incarnation,
    features: reader.u32(),
    sequence: reader.u32(),
    sentMicros: reader.u32(),
    echoMicros: reader.u32(),
    echoAgeMicros: reader.u32(),
    intervalMs: reader.u16(),
    cost: reader.u16(),
    yourIncarnation: reader.incarnation(),
    database: reader.hex64(),
    community: reader.u32(),
  };
  return reader.error === undefined ? hello : reader.wireError(kind.hello);
}
