import { StrKey } from '@stellar/stellar-sdk/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStrkey, encodeStrkey, type StrkeyKind } from './strkey.ts';

const sdk: Record<StrkeyKind, { bytes: number; encode(data: Uint8Array): string; isValid(text: string): boolean }> = {
  account: { bytes: 32, encode: StrKey.encodeEd25519PublicKey, isValid: StrKey.isValidEd25519PublicKey },
  muxed: { bytes: 40, encode: StrKey.encodeMed25519PublicKey, isValid: StrKey.isValidMed25519PublicKey },
  secret: { bytes: 32, encode: StrKey.encodeEd25519SecretSeed, isValid: StrKey.isValidEd25519SecretSeed },
  contract: { bytes: 32, encode: StrKey.encodeContract, isValid: StrKey.isValidContract },
};

describe.each(Object.keys(sdk) as StrkeyKind[])('strkey %s against the SDK', (kind) => {
  const { bytes, encode, isValid } = sdk[kind];
  const payload = fc.uint8Array({ minLength: bytes, maxLength: bytes });

  test('same text, and back', () => {
    fc.assert(
      fc.property(payload, (data) => {
        const text = encodeStrkey(kind, data);
        expect(text).toBe(encode(data));
        expect(decodeStrkey(text)).toEqual({ kind, payload: data });
      }),
    );
  });

  test('one changed character is noticed exactly when the SDK notices it', () => {
    fc.assert(
      fc.property(payload, fc.nat(), fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567018 a'), (data, at, character) => {
        const text = encodeStrkey(kind, data);
        const place = at % text.length;
        const changed = text.slice(0, place) + character + text.slice(place + 1);
        const read = decodeStrkey(changed);
        expect(typeof read === 'object' && read.kind === kind).toBe(isValid(changed));
      }),
    );
  });
});

test('wrong lengths are a mistake of the program', () => {
  expect(() => encodeStrkey('account', new Uint8Array(31))).toThrow(TypeError);
  expect(decodeStrkey('G'.repeat(5_000))).toBeUndefined();
});
