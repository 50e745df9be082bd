import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { fingerprintOf, generateNodeKey, nodeIdOf, nodeKeyFromPem, nodeKeyToPem, publicKeyFromRaw, rawPublicKeyOf } from './keys.ts';
import { normalName } from './names.ts';

test('a key survives its PEM, with the same id and fingerprint', () => {
  const key = generateNodeKey();
  const again = nodeKeyFromPem(nodeKeyToPem(key));
  expect(again.nodeId).toBe(key.nodeId);
  expect(again.fingerprint).toBe(key.fingerprint);
  expect(again.rawPublicKey).toEqual(key.rawPublicKey);
  expect(rawPublicKeyOf(publicKeyFromRaw(key.rawPublicKey))).toEqual(key.rawPublicKey);
});

test('id and fingerprint are prefixes of SHA-256 of the raw key', () => {
  const raw = new Uint8Array(32);
  const hash = createHash('sha256').update(raw).digest();
  expect(nodeIdOf(raw)).toBe('66687aadf862bd77');
  expect(fingerprintOf(raw)).toBe('mzuh-vlpy-mk6x-o3ep');
  expect(hash.subarray(0, 10).toString('hex')).toBe('66687aadf862bd776c8f');
});

test('other keys and other text are refused with a reason', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  expect(() => nodeKeyFromPem(rsa)).toThrow('expected Ed25519, got rsa');
  expect(() => nodeKeyFromPem('nonsense')).toThrow('not a PKCS#8 PEM');
  expect(() => nodeIdOf(new Uint8Array(31))).toThrow('expected 32 bytes');
});

test('names keep letters of any script and nothing that could end a line or a name', () => {
  expect(normalName(' Dach Süd-2 ')).toBe('Dach Süd-2');
  for (const bad of ['', ' ', '-x', 'a\nb', 'a,O=b', 'a/b', 'a\u0000', 'a<b>', 'x'.repeat(49)]) expect(normalName(bad)).toBeUndefined();
});
