import { makePayLink } from '@energymesh/wallet/input';
import { describe, expect, it } from 'vitest';
import { faultIn, fieldOf, filledBy, refusalSaid, type Typed } from './typed.ts';

const address = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ';
const network = 'EnergyMesh Local Network ; not real';
const typed = (of: Partial<Typed> = {}): Typed => ({ to: address, amount: '12.5', memoKind: 'none', memo: '', ...of });

describe('what is typed', () => {
  it('is good as it is, in small letters, and with "all"', () => {
    expect([faultIn(typed()), faultIn(typed({ to: ` ${address.toLowerCase()} ` })), faultIn(typed({ amount: 'all' }))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    [{ to: '' }, 'to', 'Where should it go?'],
    [{ to: 'anna*example.org' }, 'to', 'Names like a*b are not looked up.'],
    [{ to: `${address.slice(0, -1)}A` }, 'to', 'A character of the address is wrong or missing.'],
    [{ to: 'SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN' }, 'to', 'That is somebody’s secret key.'],
    [{ to: 'hello' }, 'to', 'That is no address.'],
    [{ amount: '' }, 'amount', 'How much?'],
    [{ amount: '1,500' }, 'amount', 'That is no amount.'],
    [{ amount: '0' }, 'amount', 'Nothing would be sent.'],
    [{ amount: '0.12345678' }, 'amount', 'Too many decimals.'],
    [{ memoKind: 'text', memo: '' }, 'memo', 'The memo is empty.'],
    [{ memoKind: 'text', memo: 'x'.repeat(29) }, 'memo', 'The memo is too long.'],
    [{ memoKind: 'id', memo: '12a' }, 'memo', 'This memo is no number.'],
    [{ memoKind: 'hash', memo: 'ab' }, 'memo', 'This memo is no hash.'],
  ] as const)('%j: what is wrong, and what to do', (of, field, say) => {
    const fault = faultIn(typed(of));
    expect(fault).toMatchObject({ field, said: { say } });
    expect(fault?.said.next).toMatch(/\.$/);
  });
});

describe('a pay link', () => {
  it('fills the form', () => {
    const link = makePayLink({ destination: address, amountStroops: 125_000_000n, memo: { kind: 'id', id: '77' } }, network);
    expect(filledBy(link, network)).toEqual({ to: address, amount: '12.5', memoKind: 'id', memo: '77' });
    expect(filledBy(makePayLink({ destination: address }, network), network)).toEqual({ to: address, memoKind: 'none', memo: '' });
    expect(filledBy(address, network)).toBeUndefined();
  });

  it('for another network, with a callback or garbled is said, not followed', () => {
    expect(filledBy(makePayLink({ destination: address }, 'Test SDF Network ; September 2015'), network)).toMatchObject({
      said: { say: 'This link is for another network.' },
    });
    const local = `&network_passphrase=${encodeURIComponent(network)}`;
    expect(filledBy(`web+stellar:pay?destination=${address}&callback=url%3Ahttps%3A%2F%2Fx${local}`, network)).toMatchObject({
      said: { say: 'This link wants the signed payment for a website.' },
    });
    expect(filledBy(`web+stellar:tx?xdr=AAAA${local}`, network)).toMatchObject({ said: { say: 'This link cannot be read.' } });
    expect(filledBy(`web+stellar:pay?destination=G${local}`, network)).toMatchObject({ said: { say: 'That is no address.' } });
  });
});

it('a refusal is said in words, at the field that it is about', () => {
  expect(refusalSaid('memo-required').say).toBe('The address needs a memo.');
  expect(refusalSaid('out-of-cheese')).toEqual({ say: 'This cannot be sent.', next: 'The node says “out-of-cheese”.' });
  expect(refusalSaid('other').say).toBe('This cannot be sent.');
  expect(['memo-required', 'insufficient', 'below-reserve', 'destination-missing', 'self'].map(fieldOf)).toEqual(['memo', 'amount', 'amount', 'to', 'to']);
});
