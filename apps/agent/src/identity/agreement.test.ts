import { Incarnation, NodeId } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import { Agreement } from './agreement.ts';

const a = { node: NodeId('00000000000000aa'), incarnation: Incarnation(3) };
const b = { node: NodeId('00000000000000bb'), incarnation: Incarnation(9) };
const nonce = Buffer.alloc(12, 1);
const header = Buffer.from('header');
const plain = Buffer.from('what a device said');

function pair() {
  const alice = new Agreement();
  const bob = new Agreement();
  return {
    alice,
    bob,
    atAlice: alice.pairKeys(a, { ...b, agreementKey: bob.publicKey }),
    atBob: bob.pairKeys(b, { ...a, agreementKey: alice.publicKey }),
  };
}

test('what one end seals the other opens, in both directions, and both compute the same MAC', () => {
  const { atAlice, atBob } = pair();
  expect(atBob.open(nonce, header, atAlice.seal(nonce, header, plain))).toEqual(plain);
  expect(atAlice.open(nonce, header, atBob.seal(nonce, header, plain))).toEqual(plain);
  expect(atAlice.mac(plain)).toEqual(atBob.mac(plain));
  expect(atAlice.mac(plain)).toHaveLength(16);
});

test('keys are separate per direction: a message reflected to its sender does not open', () => {
  const { atAlice } = pair();
  expect(atAlice.open(nonce, header, atAlice.seal(nonce, header, plain))).toBeUndefined();
});

test('a changed header, nonce, body or length does not open', () => {
  const { atAlice, atBob } = pair();
  const sealed = atAlice.seal(nonce, header, plain);
  const flipped = Buffer.from(sealed);
  flipped[0] = (flipped[0] as number) ^ 1;
  expect(atBob.open(nonce, Buffer.from('Header'), sealed)).toBeUndefined();
  expect(atBob.open(Buffer.alloc(12, 2), header, sealed)).toBeUndefined();
  expect(atBob.open(nonce, header, flipped)).toBeUndefined();
  expect(atBob.open(nonce, header, sealed.subarray(0, 10))).toBeUndefined();
  expect(atBob.open(nonce, header, sealed.subarray(1))).toBeUndefined();
});

test('another incarnation of the same nodes has other keys', () => {
  const { alice, bob, atBob } = pair();
  const later = alice.pairKeys({ ...a, incarnation: Incarnation(4) }, { ...b, agreementKey: bob.publicKey });
  expect(atBob.open(nonce, header, later.seal(nonce, header, plain))).toBeUndefined();
  expect(later.mac(plain)).not.toEqual(atBob.mac(plain));
});

test('the same pair is derived once; the cache is bounded and forgets the one used longest ago', () => {
  const { alice, bob, atAlice } = pair();
  expect(alice.pairKeys(a, { ...b, agreementKey: bob.publicKey })).toBe(atAlice);
  for (let incarnation = 10; incarnation < 10 + 2048; incarnation++)
    alice.pairKeys(a, { ...b, incarnation: Incarnation(incarnation), agreementKey: bob.publicKey });
  expect(alice.pairKeys(a, { ...b, agreementKey: bob.publicKey })).not.toBe(atAlice);
});

test.each([
  ['all zero', new Uint8Array(32)],
  ['too short', new Uint8Array(7)],
  ['empty', new Uint8Array(0)],
])('a hostile agreement key (%s) gives keys that nobody shares, and no exception', (_name, agreementKey) => {
  const { alice, bob } = pair();
  const atAlice = alice.pairKeys(a, { ...b, agreementKey });
  const atBob = bob.pairKeys(b, { ...a, agreementKey });
  expect(atBob.open(nonce, header, atAlice.seal(nonce, header, plain))).toBeUndefined();
});
