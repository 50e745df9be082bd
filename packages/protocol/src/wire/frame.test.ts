import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from './codec.ts';
import { FrameSplitter, type Skipped } from './frame.ts';
import { kind, type WireError } from './messages.ts';

const bye = (reason: number) => encode({ kind: kind.bye, reason });
const heartbeat = (size: number) =>
  encode({ kind: kind.heartbeat, uptimeSeconds: 1, wallSeconds: 2, wallTrusted: true, carried: 3, queuedBytes: 4, version: 'v'.repeat(size) });

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

function pushCut(splitter: FrameSplitter, bytes: Uint8Array, sizes: readonly number[]): (Uint8Array | Skipped | WireError)[] {
  const out: (Uint8Array | Skipped | WireError)[] = [];
  let at = 0;
  for (let i = 0; at < bytes.byteLength; i++) {
    const end = Math.min(bytes.byteLength, at + (sizes.length > 0 ? sizes[i % sizes.length]! : bytes.byteLength));
    out.push(...splitter.push(bytes.slice(at, end)));
    at = end;
  }
  return out;
}

describe('a stream cut anywhere', () => {
  test('gives the frames that went in, unknown kinds counted in their place', () => {
    const part = fc.oneof(
      fc.nat(255).map((reason) => ({ bytes: bye(reason), expected: bye(reason) as Uint8Array | Skipped })),
      fc.nat(64).map((size) => ({ bytes: heartbeat(size), expected: heartbeat(size) as Uint8Array | Skipped })),
      fc.nat(40).map((size) => ({ bytes: join([Uint8Array.of(1, 99, 0, 0, 0, 0, 0, size), new Uint8Array(size)]), expected: { skipped: 99 } })),
      fc.constant({ bytes: Uint8Array.of(1, kind.bye, 0, 0, 0, 0, 0, 0), expected: Uint8Array.of(1, kind.bye, 0, 0, 0, 0, 0, 0) }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 10 }), (parts, sizes) => {
        const out = pushCut(new FrameSplitter(1000), join(parts.map((p) => p.bytes)), sizes);
        expect(out.map((o) => (o instanceof Uint8Array ? Array.from(o) : o))).toEqual(
          parts.map(({ expected }) => (expected instanceof Uint8Array ? Array.from(expected) : expected)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('a frame within one chunk is a view of it, one that straddles has memory of its own', () => {
    const splitter = new FrameSplitter(1000);
    const chunk = join([bye(1), heartbeat(10), bye(2).subarray(0, 4)]);
    const [first, second] = splitter.push(chunk) as Uint8Array[];
    expect(first!.buffer).toBe(chunk.buffer);
    expect(second!.buffer).toBe(chunk.buffer);
    const rest = bye(2).slice(4);
    const [third] = splitter.push(rest) as Uint8Array[];
    expect(third).toEqual(bye(2));
    expect(third!.buffer).not.toBe(rest.buffer);
  });

  test('frames out of a Node Buffer are plain arrays, whose slice() copies', () => {
    const [frame] = new FrameSplitter(1000).push(Buffer.from(bye(1))) as Uint8Array[];
    expect(frame!.constructor).toBe(Uint8Array);
    expect(frame).toEqual(bye(1));
  });

  test('a frame at the bound passes, one byte more ends the stream before its body is stored', () => {
    const frame = heartbeat(20);
    expect(new FrameSplitter(frame.byteLength).push(frame)).toHaveLength(1);
    const splitter = new FrameSplitter(frame.byteLength - 1);
    expect(splitter.push(join([bye(1), frame, bye(2)]))).toEqual([bye(1), { error: 'too-long', kind: kind.heartbeat, at: 4 }]);
    expect(splitter.push(bye(3))).toEqual([]);
  });

  test('an unknown kind above the bound ends the stream too', () => {
    expect(new FrameSplitter(100).push(Uint8Array.of(1, 99, 0, 0, 255, 255, 255, 255))).toEqual([{ error: 'too-long', kind: 99, at: 4 }]);
  });

  test('another version ends the stream, also when its header straddles', () => {
    const splitter = new FrameSplitter(1000);
    expect(splitter.push(Uint8Array.of(2, 1, 0))).toEqual([]);
    expect(splitter.push(Uint8Array.of(0, 0, 0, 0, 0))).toEqual([{ error: 'version', kind: 1, at: 0 }]);
    expect(splitter.push(bye(1))).toEqual([]);
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 5 }), (bytes, sizes) => {
        pushCut(new FrameSplitter(300), bytes, sizes);
      }),
      { numRuns: 500 },
    );
  });
});
