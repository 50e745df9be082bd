import { expect, test } from 'vitest';
import { unmetOptions } from './kernel.ts';

test('what Kconfig dropped is named', () => {
  const asked = '# radio\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_C="x"\nCONFIG_D=n\n';
  expect(unmetOptions(asked, 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C="x"\n')).toEqual([]);
  expect(unmetOptions(asked, '# CONFIG_A is not set\nCONFIG_B=y\n')).toEqual(['CONFIG_A=y', 'CONFIG_C="x"']);
});
