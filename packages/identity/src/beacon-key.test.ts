import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { montgomeryOf, openBeaconKey, sealBeaconKey } from './beacon-key.ts';
import { generateNodeKey } from './keys.ts';

const community = '00112233445566aa';
const seal = (key: Uint8Array, members: readonly Uint8Array[], more = {}) => sealBeaconKey({ community, key, epoch: 3, since: 1000, members, ...more });

test('each member opens it, and nobody else', () => {
  const key = new Uint8Array(randomBytes(32));
  const [a, b, outsider] = [generateNodeKey(), generateNodeKey(), generateNodeKey()];
  const sealed = seal(key, [a.rawPublicKey, b.rawPublicKey]);
  for (const member of [a, b]) expect(openBeaconKey(sealed, { community, key: member })).toEqual(key);
  expect(openBeaconKey(sealed, { community, key: outsider })).toBeUndefined();
  // Under the name of a member, with a key that is not the member's.
  expect(openBeaconKey(sealed, { community, key: { ...outsider, nodeId: a.nodeId } })).toBeUndefined();
});

test('another community, another epoch and a changed byte open nothing', () => {
  const key = new Uint8Array(randomBytes(32));
  const member = generateNodeKey();
  const sealed = seal(key, [member.rawPublicKey]);
  expect(openBeaconKey(sealed, { community: 'ffffffffffffffff', key: member })).toBeUndefined();
  expect(openBeaconKey({ ...sealed, epoch: 4 }, { community, key: member })).toBeUndefined();
  const bytes = Buffer.from(sealed.sealed, 'base64url');
  bytes[20]! ^= 1;
  expect(openBeaconKey({ ...sealed, sealed: bytes.toString('base64url') }, { community, key: member })).toBeUndefined();
  expect(openBeaconKey({ ...sealed, ephemeral: Buffer.alloc(32).toString('base64url') }, { community, key: member })).toBeUndefined();
});

test("two documents seal the same key differently, and a member's useless key harms nobody", () => {
  const key = new Uint8Array(randomBytes(32));
  const member = generateNodeKey();
  expect(seal(key, [member.rawPublicKey]).sealed).not.toBe(seal(key, [member.rawPublicKey]).sealed);
  const useless = Uint8Array.from([1, ...Array(31).fill(0)]);
  expect(openBeaconKey(seal(key, [useless, member.rawPublicKey]), { community, key: member })).toEqual(key);
});

test('the agreement key of a node is the one that its certificate key stands for', () => {
  for (let i = 0; i < 20; i++) {
    const key = generateNodeKey();
    const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const scalar = createHash('sha512').update(seed).digest().subarray(0, 32);
    const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), scalar]);
    const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
    expect(Buffer.from(montgomeryOf(key.rawPublicKey))).toEqual(spki.subarray(-32));
  }
});
