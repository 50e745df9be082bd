import { expect, test } from 'vitest';
import { wireguardKey } from './wireguard.ts';

test('keys are 32 bytes in base64, each pair another', () => {
  const { privateKey, publicKey } = wireguardKey();
  for (const key of [privateKey, publicKey]) expect(Buffer.from(key, 'base64').length).toBe(32);
  expect(privateKey).not.toBe(publicKey);
  expect(wireguardKey().publicKey).not.toBe(publicKey);
});
