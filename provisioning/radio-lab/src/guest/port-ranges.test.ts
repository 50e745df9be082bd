import { expect, test } from 'vitest';
import { portsOf } from './port-ranges.ts';

test('a port is itself, a range has both its ends', () => {
  expect(portsOf(['22', '80-83', '443-443'])).toEqual([22, 80, 81, 82, 83, 443]);
  expect(portsOf([])).toEqual([]);
});
