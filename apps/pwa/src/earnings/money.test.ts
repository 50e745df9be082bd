import { describe, expect, it } from 'vitest';
import { comingOf, earnedOf, explorerOf, inFours, isPlayMoney, shortAddress, stroops, xlm, xlmExact, xlmPlain } from './money.ts';

describe('an amount', () => {
  it.each([
    [0n, '0.0000'],
    [1n, 'under 0.0001'],
    [999n, 'under 0.0001'],
    [1000n, '0.0001'],
    [1_937_999n, '0.1937'],
    [421_837_000n, '42.1837'],
    [12_345_678_900_000n, '1,234,567.8900'],
    [-20_000n, '−0.0020'],
  ])('of %d stroops reads %s: four decimals, never more than is there', (amount, text) => {
    expect(xlm(amount)).toBe(text);
  });

  it('is exact where money is sent', () => {
    expect([xlmExact(1n), xlmExact(421_837_001n), xlmExact(-5n)]).toEqual(['0.0000001', '42.1837001', '−0.0000005']);
    expect([xlmPlain(125_000_000n), xlmPlain(10_000_000n), xlmPlain(1n), xlmPlain(12_345_678_900_000n)]).toEqual(['12.5', '1', '0.0000001', '1234567.89']);
  });

  it('beyond what a number holds is still exact', () => {
    expect(xlmExact(stroops('9223372036854775807'))).toBe('922,337,203,685.4775807');
  });
});

it('earned is what is on its way and what is paid, never what was lost', () => {
  const amounts = { pending: '1', proved: '20', claimed: '300', paid: '4000', lost: '50000' };
  expect(earnedOf(amounts)).toBe(4321n);
  expect(comingOf(amounts)).toBe(320n);
});

it('addresses are cut in the middle, and shown whole in fours', () => {
  const address = `G${'A'.repeat(51)}WXYZ`;
  expect(shortAddress(address)).toBe('GAAA…WXYZ');
  expect(shortAddress('short')).toBe('short');
  expect(inFours(address).join('')).toBe(address);
});

it('only the public network has real money', () => {
  const terms = { passphrase: 'x', contract: 'C', epochSeconds: 3600, testHours: false, rpc: [] };
  expect([undefined, 'public', 'testnet', 'other'].map((network) => isPlayMoney(network ? ({ ...terms, network } as never) : undefined))).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(explorerOf('testnet', 'ab')).toBe('https://stellar.expert/explorer/testnet/tx/ab');
  expect(explorerOf('other', 'ab')).toBeUndefined();
});
