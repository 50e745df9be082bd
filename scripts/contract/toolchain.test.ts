import { expect, test } from 'vitest';
import { isOlder } from './toolchain.ts';

test.each([
  ['1.94', '1.95', true],
  ['1.9', '1.95', true],
  ['1.95', '1.95', false],
  ['1.100', '1.95', false],
  ['2.0', '1.95', false],
  ['0', '1.95', true],
])('cargo %s is older than %s: %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
