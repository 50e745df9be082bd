import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shake } from './shake.ts';
import { crate } from './toolchain.ts';

const committed = readFileSync(join(crate, 'incentive.wasm'));

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u32(value.length), Buffer.from(value), Buffer.alloc(-value.length & 3)]);
const leb = (value: number): Buffer => Buffer.from([(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14]);

/** A custom section with one entry, written by hand after Stellar-contract-spec.x. */
const sectionWith = (entry: Buffer): Buffer => {
  const name = Buffer.from('contractspecv0');
  const body = Buffer.concat([Buffer.from([name.length]), name, entry]);
  return Buffer.concat([Buffer.from([0]), leb(body.length), body]);
};

const symbol = 17;
const option = 1000;
const named = 2000;
const field = (name: string, ...type: readonly Buffer[]): Buffer => Buffer.concat([text('what it is'), text(name), ...type]);
const unused = {
  struct: Buffer.concat([u32(1), text(''), text(''), text('Unused'), u32(2), field('a', u32(option), u32(named), text('Other')), field('b', u32(symbol))]),
  union: Buffer.concat([
    u32(2),
    text('doc'),
    text('lib'),
    text('Unused'),
    u32(2),
    u32(0),
    text(''),
    text('A'),
    u32(1),
    text(''),
    text('B'),
    u32(1),
    u32(symbol),
  ]),
  errors: Buffer.concat([u32(4), text(''), text(''), text('Unused'), u32(1), text(''), text('A'), u32(1)]),
  event: Buffer.concat([u32(5), text(''), text(''), text('Unused'), u32(1), text('unused'), u32(1), field('a', u32(symbol)), u32(0), u32(1)]),
};

test('of the committed wasm nothing is left to take out', () => {
  expect(shake(committed).equals(committed)).toBe(true);
});

test.each(Object.entries(unused))('a %s that the code does not mark is taken out, and nothing else', (_, entry) => {
  const empty = shake(Buffer.concat([committed, sectionWith(Buffer.alloc(0))]));
  expect(shake(Buffer.concat([committed, sectionWith(entry)])).equals(empty)).toBe(true);
});

test('what is no entry at all is said, not guessed', () => {
  expect(() => shake(Buffer.concat([committed, sectionWith(u32(99))]))).toThrow('no such entry');
});
