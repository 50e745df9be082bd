import { expect, test } from 'vitest';
import { readPeerings } from './radio-node.ts';

test('peerings are read from a station dump', () => {
  const dump = `Station 02:00:00:00:00:00 (on wlan1)
\tinactive time:\t8 ms
\tmesh plink:\tESTAB
Station 02:00:00:00:02:00 (on wlan1)
\tmesh plink:\tOPN_SNT
Station 02:00:00:00:03:00 (on wlan1)
\tinactive time:\t8 ms
`;
  expect([...readPeerings(dump)]).toEqual([
    ['02:00:00:00:00:00', 'ESTAB'],
    ['02:00:00:00:02:00', 'OPN_SNT'],
  ]);
  expect(readPeerings('').size).toBe(0);
});
