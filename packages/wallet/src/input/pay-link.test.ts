import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountStroopsMax } from './amount.ts';
import type { Memo } from './memo.ts';
import { makePayLink, parsePayLink, readScanned } from './pay-link.ts';
import { encodeStrkey, type StrkeyKind } from './strkey.ts';

const publicNetwork = 'Public Global Stellar Network ; September 2015';
const testnet = 'Test SDF Network ; September 2015';
const account = 'GCALNQQBXAPZ2WIRSDDBMSTAKCUH5SG6U76YBFLQLIXJTF7FE5AX7AOO';
const pay = `web+stellar:pay?destination=${account}`;

const addresses = fc.oneof(
  ...(['account', 'muxed', 'contract'] satisfies StrkeyKind[]).map((kind) =>
    fc.uint8Array({ minLength: kind === 'muxed' ? 40 : 32, maxLength: kind === 'muxed' ? 40 : 32 }).map((bytes) => encodeStrkey(kind, bytes)),
  ),
);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const memos: fc.Arbitrary<Memo> = fc.oneof(
  fc.constant<Memo>({ kind: 'none' }),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => new TextEncoder().encode(text).length <= 28)
    .map((text): Memo => ({ kind: 'text', text })),
  fc.bigInt(0n, 2n ** 64n - 1n).map((id): Memo => ({ kind: 'id', id: id.toString() })),
  hash.map((value): Memo => ({ kind: 'hash', hash: value })),
  hash.map((value): Memo => ({ kind: 'return', hash: value })),
);

describe('pay links', () => {
  test('what was asked for is what is read', () => {
    fc.assert(
      fc.property(
        addresses,
        fc.option(fc.bigInt(1n, amountStroopsMax), { nil: undefined }),
        memos,
        fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { nil: undefined }),
        fc.constantFrom(publicNetwork, testnet, 'Anything & everything = ? # +'),
        (destination, amountStroops, memo, message, network) => {
          const request = { memo, ...(amountStroops !== undefined && { amountStroops }), ...(message !== undefined && { message }) };
          const link = makePayLink({ destination, ...request }, network);
          const read = parsePayLink(link, network);
          expect(read).toMatchObject({ ...request, destination: { address: destination } });
          expect(link).toMatch(/^web\+stellar:pay\?[A-Za-z0-9=&%._~!*'()-]+$/);
        },
      ),
    );
  });

  test('no text makes the reader throw, and what it accepts it can write again', () => {
    const pieces = fc.constantFrom(
      'web+stellar:pay?',
      'destination=',
      account,
      '&',
      '=',
      '%',
      '%zz',
      '+',
      'amount=',
      '1.5',
      'memo=',
      'memo_type=MEMO_HASH',
      'callback=url:x',
      '#',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const read = parsePayLink(text, publicNetwork);
          if ('fault' in read) return;
          expect(parsePayLink(makePayLink({ ...read, destination: read.destination.address }, publicNetwork), publicNetwork)).toEqual(read);
        },
      ),
    );
  });

  test("SEP-7's own example", () => {
    expect(parsePayLink(`${pay}&amount=120.1234567&memo=skdjfasf&msg=pay%20me%20with%20lumens`, publicNetwork)).toEqual({
      destination: { kind: 'account', address: account },
      amountStroops: 1_201_234_567n,
      memo: { kind: 'text', text: 'skdjfasf' },
      message: 'pay me with lumens',
    });
  });

  test('a hash whose + signs were not encoded', () => {
    const hex = 'fb'.repeat(32);
    const base64 = Buffer.from(hex, 'hex').toString('base64');
    expect(base64).toContain('+');
    expect(parsePayLink(`${pay}&memo=${base64}&memo_type=MEMO_HASH`, publicNetwork)).toMatchObject({ memo: { kind: 'hash', hash: hex } });
  });

  test.each([
    ['https://example.org', { fault: 'not-a-link' }],
    [`${pay}&msg=${'x'.repeat(3_000)}`, { fault: 'too-long' }],
    ['web+stellar:tx?xdr=AAAA', { fault: 'not-a-payment' }],
    [`${pay}&amount=1&amount=2`, { fault: 'repeated' }],
    [`${pay}&memo=%E0%A4%A`, { fault: 'badly-encoded' }],
    [`${pay}&callback=url%3Ahttps%3A%2F%2Fexample.org`, { fault: 'callback' }],
    [`${pay}&origin_domain=example.org`, { fault: 'signed-by-a-domain' }],
    [`${pay}&origin_domain=example.org&signature=AAAA`, { fault: 'signed-by-a-domain' }],
    [`${pay}&network_passphrase=${encodeURIComponent(testnet)}`, { fault: 'other-network' }],
    [`${pay}&asset_code=USD&asset_issuer=${account}`, { fault: 'other-asset' }],
    [`${pay}&asset_issuer=${account}`, { fault: 'other-asset' }],
    ['web+stellar:pay?amount=1', { fault: 'destination', why: 'empty' }],
    ['web+stellar:pay?destination=bob*example.org', { fault: 'destination', why: 'federation' }],
    [`${pay}&amount=-1`, { fault: 'amount', why: 'not-a-number' }],
    [`${pay}&amount=0`, { fault: 'amount', why: 'not-positive' }],
    [`${pay}&amount=`, { fault: 'amount', why: 'empty' }],
    [`${pay}&memo=x&memo_type=MEMO_ID`, { fault: 'memo', why: 'not-a-number' }],
    [`${pay}&memo=${'x'.repeat(29)}`, { fault: 'memo', why: 'too-long' }],
    [`${pay}&memo=***&memo_type=MEMO_HASH`, { fault: 'memo', why: 'not-a-hash' }],
    [`${pay}&memo=x&memo_type=text`, { fault: 'memo', why: 'unknown-kind' }],
    [`${pay}&msg=${'x'.repeat(301)}`, { fault: 'message-too-long' }],
  ])('%s is refused', (link, fault) => {
    expect(parsePayLink(link, publicNetwork)).toEqual(fault);
  });

  test("another network's link is refused the other way round too", () => {
    expect(parsePayLink(pay, testnet)).toEqual({ fault: 'other-network' });
  });

  test('a link that could not be read is not written', () => {
    expect(() => makePayLink({ destination: 'bob*example.org' }, testnet)).toThrow(RangeError);
    expect(() => makePayLink({ destination: account, amountStroops: 0n }, testnet)).toThrow(RangeError);
    expect(() => makePayLink({ destination: account, memo: { kind: 'id', id: 'x' } }, testnet)).toThrow(RangeError);
    expect(() => makePayLink({ destination: account, message: 'x'.repeat(301) }, testnet)).toThrow(RangeError);
  });

  test('a scanned code may be an address and nothing else', () => {
    expect(readScanned(account, testnet)).toEqual({ destination: { kind: 'account', address: account }, memo: { kind: 'none' } });
    expect(readScanned('S'.repeat(56), testnet)).toEqual({ fault: 'destination', why: 'secret-key' });
    expect(readScanned(`${pay}&callback=x`, testnet)).toEqual({ fault: 'callback' });
  });
});
