import { expect, it } from 'vitest';
import { fromText, readCode, toText } from './code.ts';

const code = {
  v: 1,
  n: '00000000000000a1',
  m: 'Mühle',
  k: 'A'.repeat(43),
  s: 'B'.repeat(22),
  a: ['192.168.4.1:8080', '[fe80::1]:8080', 'energymesh-1.local:8080'],
};
const encoded = (value: object) => toText(new TextEncoder().encode(JSON.stringify(value)));

it('is read from a link and from what stands behind its #', () => {
  expect(readCode(` https://app.example/pair#${encoded(code)}\n`)).toEqual(code);
  expect(readCode(encoded(code))).toEqual(code);
});

it.each([
  ['nothing', ''],
  ['another link', 'https://app.example/pair'],
  ['an invite', `EM1-${'A'.repeat(80)}`],
  ['a later version', encoded({ ...code, v: 2 })],
  ['a key that is too short', encoded({ ...code, k: 'A' })],
  ['a node that is none', encoded({ ...code, n: '../../x' })],
])('%s is no code', (_what, text) => {
  expect(readCode(text)).toBeUndefined();
});

it('leaves out addresses that lead out of the local network', () => {
  expect(readCode(encoded({ ...code, a: ['evil.example:80', '192.168.4.1:8080/../', 7, '10.0.0.1:80'] }))?.a).toEqual(['10.0.0.1:80']);
});

it('base64url there and back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(fromText(toText(bytes))).toEqual(bytes);
});
