import { expect, test } from 'vitest';
import { rawDeflate } from './compression.ts';

const compression = rawDeflate(Buffer.from('{"device":"","watts":,"at":'));
const plain = Buffer.from('{"device":"meter-1","watts":412,"at":1700000000}'.repeat(20));

test('what is deflated inflates again, and the dictionary is part of it', () => {
  const deflated = compression.deflate(plain);
  expect(deflated.length).toBeLessThan(plain.length / 4);
  expect(Buffer.from(compression.inflate(deflated, plain.length) as Uint8Array)).toEqual(plain);
});

test('broken bytes and bombs are values, not exceptions', () => {
  const bomb = compression.deflate(Buffer.alloc(1 << 20));
  expect(bomb.length).toBeLessThan(8192);
  expect(compression.inflate(bomb, 64 * 1024)).toBeUndefined();
  expect(compression.inflate(Buffer.from('not deflated at all'), 1000)).toBeUndefined();
  expect(compression.inflate(compression.deflate(plain).subarray(0, 20), plain.length)).toBeUndefined();
  expect(compression.inflate(compression.deflate(plain), plain.length - 1)).toBeUndefined();
  expect(compression.inflate(compression.deflate(plain), 0)).toBeUndefined();
});
