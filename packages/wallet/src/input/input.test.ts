import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPayoutAddress, parseDestination } from './address.ts';
import { amountStroopsMax, formatXlm, parseXlm, stroopsPerXlm } from './amount.ts';
import { judgeMemo, parseMemo } from './memo.ts';
import { parsePhrase, wordsLike, wordsOf } from './phrase.ts';
import { encodeStrkey } from './strkey.ts';

const key = (fill: number, bytes = 32): Uint8Array => new Uint8Array(bytes).fill(fill);
const account = encodeStrkey('account', key(7));
const contract = encodeStrkey('contract', key(7));
const secret = encodeStrkey('secret', key(7));
const muxed = encodeStrkey('muxed', Uint8Array.from([...key(7), 0, 0, 0, 0, 0, 0, 1, 2]));

describe('where to', () => {
  test('accounts, sub-accounts and contracts, with blanks around and in lower case', () => {
    expect(parseDestination(` ${account}\n`)).toEqual({ kind: 'account', address: account });
    expect(parseDestination(contract.toLowerCase())).toEqual({ kind: 'contract', address: contract });
    expect(parseDestination(muxed)).toEqual({ kind: 'muxed', address: muxed, account, id: 258n });
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['bob*example.org', 'federation'],
    [secret, 'secret-key'],
    [`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`, 'secret-key'],
    [`${account.slice(0, -1)}${account.endsWith('A') ? 'B' : 'A'}`, 'mistyped'],
    [account.slice(0, -2), 'mistyped'],
    [account.replace(/.$/, '0'), 'mistyped'],
    ['0x52908400098527886E0F7030069857D2E4169EE7', 'not-an-address'],
    ['hello', 'not-an-address'],
    ['G'.repeat(10_000), 'not-an-address'],
  ])('%s is refused: %s', (text, fault) => {
    expect(parseDestination(text)).toEqual({ fault });
  });

  test('paid out is to accounts and contracts', () => {
    expect([account, contract, muxed, secret, 'x'].map(isPayoutAddress)).toEqual([true, true, false, false, false]);
  });
});

describe('how much', () => {
  test('every amount is written and read back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, amountStroopsMax), (stroops) => {
        const text = formatXlm(stroops);
        expect(parseXlm(text)).toBe(stroops);
        expect(text).toMatch(/^\d+(\.\d*[1-9])?$/);
        expect(formatXlm(-stroops)).toBe(`-${text}`);
      }),
    );
  });

  test('what people type', () => {
    expect(['1', ' 12.50 ', '.5', '7.', '0.0000001', '00012', '1.10000000000'].map(parseXlm)).toEqual([
      stroopsPerXlm,
      125_000_000n,
      5_000_000n,
      70_000_000n,
      1n,
      120_000_000n,
      11_000_000n,
    ]);
    expect(parseXlm('922337203685.4775807')).toBe(amountStroopsMax);
  });

  test.each([
    ['', 'empty'],
    ['.', 'not-a-number'],
    ['-1', 'not-a-number'],
    ['1,5', 'not-a-number'],
    ['1e3', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['1 000', 'not-a-number'],
    ['٣', 'not-a-number'],
    ['9'.repeat(1_000_000), 'not-a-number'],
    ['1.00000001', 'too-precise'],
    ['0', 'not-positive'],
    ['0.000', 'not-positive'],
    ['922337203685.4775808', 'too-much'],
  ])('%s is refused: %s', (text, fault) => {
    expect(parseXlm(text)).toEqual({ fault });
  });
});

describe('memo', () => {
  test('each kind', () => {
    expect(parseMemo('none', 'ignored')).toEqual({ kind: 'none' });
    expect(parseMemo('text', ' a ')).toEqual({ kind: 'text', text: ' a ' });
    expect(parseMemo('id', ' 0018446744073709551615 '.replace('00', ''))).toEqual({ kind: 'id', id: '18446744073709551615' });
    expect(parseMemo('hash', 'AB'.repeat(32))).toEqual({ kind: 'hash', hash: 'ab'.repeat(32) });
  });

  test.each([
    ['text', '', 'empty'],
    ['text', 'ä'.repeat(15), 'too-long'],
    ['id', '', 'empty'],
    ['id', '18446744073709551616', 'not-a-number'],
    ['id', '-1', 'not-a-number'],
    ['id', '1'.repeat(21), 'not-a-number'],
    ['hash', '', 'empty'],
    ['return', 'ab', 'not-a-hash'],
    ['hash', 'zz'.repeat(32), 'not-a-hash'],
  ] as const)('%s "%s" is refused: %s', (kind, text, fault) => {
    expect(parseMemo(kind, text)).toEqual({ fault });
  });

  test('a memo made elsewhere is judged as if it had been typed', () => {
    expect(judgeMemo({ kind: 'text', text: 'x'.repeat(29) })).toEqual({ fault: 'too-long' });
    expect(judgeMemo({ kind: 'id', id: 'abc' })).toEqual({ fault: 'not-a-number' });
    expect(judgeMemo({ kind: 'none' })).toBeUndefined();
  });
});

describe('recovery phrase', () => {
  const words = wordsOf(key(1, 32));

  test('is read in any case and with any blanks', () => {
    expect(parsePhrase(`  ${words.join(' \n ').toUpperCase()} `)).toEqual(words);
  });

  test.each([
    ['', { fault: 'word-count', count: 0 }],
    [words.slice(1).join(' '), { fault: 'word-count', count: 23 }],
    [[...words.slice(0, 6), 'nonsense', ...words.slice(7)].join(' '), { fault: 'unknown-word', position: 7 }],
    [[...words.slice(0, 23), words[23] === 'zoo' ? 'abandon' : 'zoo'].join(' '), { fault: 'checksum' }],
    ['word '.repeat(100_000), { fault: 'word-count', count: 0 }],
  ])('%# is refused', (text, fault) => {
    expect(parsePhrase(text)).toEqual(fault);
  });

  test('words are completed', () => {
    expect(wordsLike('zo')).toEqual(['zone', 'zoo']);
    expect(wordsLike('')).toEqual([]);
    expect(wordsLike('a')).toHaveLength(5);
  });
});
