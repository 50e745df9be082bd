import { expect, it } from 'vitest';
import { passphraseFlaw } from './passphrase.ts';

it.each([
  ['short', 'short'],
  ['aaaaaaaaaaaaaa', 'plain'],
  ['password', 'short'],
  ['Password 123', 'plain'],
  ['mill-lane-7 millbrook', 'plain'],
  ['1234567890', 'plain'],
  ['kettle orbit walnut', undefined],
  ['millbrook kettle orbit', undefined],
])('"%s" is %s', (passphrase, flaw) => {
  expect(passphraseFlaw(passphrase, ['Mill Lane 7', 'Millbrook'])).toBe(flaw);
});
