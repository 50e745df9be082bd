import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mnemonicToSeedSync } from '@scure/bip39';
import { StrKey } from '@stellar/stellar-sdk/base';
import { describe, expect, test } from 'vitest';
import { encodeStrkey } from '../input/strkey.ts';
import { accountSecret, signerOf } from './derive.ts';

interface Vectors {
  tests: { words: string; passphrase: string; seed: string; accounts: { address: string; secret: string }[] }[];
}
const { tests } = JSON.parse(readFileSync(new URL('../../vectors/sep5.json', import.meta.url), 'utf8')) as Vectors;

describe.each(tests)("SEP-5's vector $#", ({ words, passphrase, seed, accounts }) => {
  test('seed', () => {
    expect(Buffer.from(mnemonicToSeedSync(words, passphrase)).toString('hex')).toBe(seed);
  });

  test('all ten accounts', async () => {
    expect(accounts).toHaveLength(10);
    for (const [index, { address, secret }] of accounts.entries()) {
      const key = await accountSecret(words.split(' '), index, passphrase);
      expect(encodeStrkey('secret', key)).toBe(secret);
      expect(signerOf(key).address).toBe(address);
    }
  });
});

test('what it signs verifies under the address', async () => {
  const signer = signerOf(new Uint8Array(32).fill(9));
  const hash = createHash('sha256').update('anything').digest();
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), StrKey.decodeEd25519PublicKey(signer.address)]);
  expect(verify(null, hash, createPublicKey({ key: spki, format: 'der', type: 'spki' }), await signer.sign(hash))).toBe(true);
});

test('indices outside of 31 bits are refused', async () => {
  const words = tests[0]!.words.split(' ');
  await expect(accountSecret(words, 2 ** 31)).rejects.toThrow(RangeError);
  await expect(accountSecret(words, -1)).rejects.toThrow(RangeError);
  await expect(accountSecret(words, 0.5)).rejects.toThrow(RangeError);
});
