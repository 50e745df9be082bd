import { describe, expect, test } from 'vitest';
import { domain, epoch, hub, keyOf, members, relay, sha256, strictVerify, text } from '../../vectors/keys.ts';
import { forged } from '../../vectors/signed.ts';
import { defaultParams } from '../reward/params.ts';
import { changeXdr } from './change.ts';
import { domainOf } from './domain.ts';
import {
  attestMessage,
  challengeMessage,
  memberMessage,
  proofMessage,
  proposeMessage,
  receiptMessage,
  registerMessage,
  toldMessage,
  voteMessage,
} from './messages.ts';
import { isSmallOrder, strictly } from './strict.ts';

const node = relay.publicKey;
const hash = sha256(text('hash'));
const payout = `G${'A'.repeat(55)}`;
const receipt = { epoch, relay: node, next: hub.publicKey, seq: 1, packets: 9, bundlesRoot: hash };
const messages = (of: typeof domain) => ({
  proof: proofMessage(of, { node, packetCount: 1, timestamp: 2, merkleRoot: hash }),
  receipt: receiptMessage(of, receipt),
  member: memberMessage(of, node),
  register: registerMessage(of, { node, nonce: 1, payout }),
  attest: attestMessage(of, { node, epoch, uptimeBp: 1, latencyUs: 2, earning: 3 }),
  challenge: challengeMessage(of, node, epoch),
  propose: proposeMessage(of, node, 1, hash),
  vote: voteMessage(of, node, 1, true),
  told: toldMessage(of, node, hash),
});

describe('what is signed', () => {
  test('has the widths of docs/proofs.md', () => {
    const widths = Object.fromEntries(Object.entries(messages(domain)).map(([name, bytes]) => [name, bytes.byteLength]));
    expect(widths).toEqual({ proof: 160, receipt: 186, member: 112, register: 172, attest: 132, challenge: 116, propose: 148, vote: 117, told: 144 });
  });

  test('for one contract is nothing to another, nor one kind to another', () => {
    const elsewhere = [domain, { ...domain, contractId: hash }, { ...domain, networkId: hash }];
    const all = elsewhere.flatMap((of) => Object.values(messages(of)).map((bytes) => Buffer.from(bytes).toString('hex')));
    expect(new Set(all).size).toBe(all.length);
    const beginnings = Object.values(messages(domain)).map((bytes) => Buffer.from(bytes.subarray(0, 16)).toString('latin1'));
    expect(new Set(beginnings).size).toBe(beginnings.length);
    for (const text of beginnings) expect(text).toMatch(/^em-[a-z]+-v1\0+$/);
  });

  test('takes nothing of another width or out of range', () => {
    expect(() => memberMessage(domain, node.subarray(1))).toThrow(RangeError);
    expect(() => memberMessage({ ...domain, contractId: new Uint8Array(31) }, node)).toThrow(RangeError);
    expect(() => receiptMessage(domain, { ...receipt, packets: 65_536 })).toThrow(RangeError);
    expect(() => attestMessage(domain, { node, epoch, uptimeBp: 10_001, latencyUs: 0, earning: 0 })).toThrow(RangeError);
    expect(() => proofMessage(domain, { node, packetCount: 2 ** 32, timestamp: 0, merkleRoot: hash })).toThrow(RangeError);
    for (const wrong of ['', payout.slice(1), `M${payout.slice(1)}`, payout.toLowerCase(), `${payout}\n`]) {
      expect(() => registerMessage(domain, { node, nonce: 1, payout: wrong })).toThrow(RangeError);
    }
  });

  test("is of a network's passphrase and a contract's address", () => {
    const at = domainOf(sha256, { network: 'passphrase', contract: 'CDLZFC3SYJYDZT7K67VZ75HPJVIEUVNIXF47ZG2FB2RMQQVU2HHGCYSC' });
    expect(Buffer.from(at.networkId)).toEqual(Buffer.from(sha256(text('passphrase'))));
    expect(Buffer.from(at.contractId).toString('hex')).toBe('d7928b72c2703ccfeaf7eb9ff4ef4d504a55a8b979fc9b450ea2c842b4d1ce61');
    for (const contract of ['', `G${'A'.repeat(55)}`, `C${'a'.repeat(55)}`, `C${'A'.repeat(56)}`])
      expect(() => domainOf(sha256, { network: 'passphrase', contract })).toThrow(RangeError);
  });

  test('changes of parameters differ where one parameter does', () => {
    const xdr = Buffer.from(changeXdr({ params: defaultParams })).toString('hex');
    expect(xdr).not.toBe(Buffer.from(changeXdr({ params: { ...defaultParams, samples: 9 } })).toString('hex'));
    expect(changeXdr({ params: defaultParams }).byteLength % 4).toBe(0);
  });
});

/** Arithmetic of the curve, only to find the eight points. */
const p = 2n ** 255n - 19n;
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let b = base % p, e = exponent; e > 0n; e >>= 1n, b = (b * b) % p) if (e & 1n) result = (result * b) % p;
  return result;
};
const d = ((((p - 121665n) * power(121666n, p - 2n)) % p) + p) % p;
type Point = readonly [bigint, bigint];
function add([x1, y1]: Point, [x2, y2]: Point): Point {
  const t = (((((((d * x1) % p) * x2) % p) * y1) % p) * y2) % p;
  return [((x1 * y2 + x2 * y1) * power(1n + t, p - 2n)) % p, ((y1 * y2 + x1 * x2) * power(((1n - t) % p) + p, p - 2n)) % p];
}
const spelled = (y: bigint, sign: boolean): Uint8Array => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((y >> BigInt(8 * i)) & 255n));
  if (sign) bytes[31]! |= 0x80;
  return bytes;
};

describe('strict signatures', () => {
  test('all eight points of small order are known, in every spelling', () => {
    const y = BigInt(`0x${Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex').reverse().toString('hex')}`);
    const x2 = ((((y * y - 1n) % p) + p) * power(d * y * y + 1n, p - 2n)) % p;
    let x = power(x2, (p + 3n) / 8n);
    if ((x * x) % p !== x2) x = (x * power(2n, (p - 1n) / 4n)) % p;
    const eighth: Point = [x, y];
    const ys = new Set<bigint>();
    let point: Point = [0n, 1n];
    for (let i = 0; i < 8; i++) {
      ys.add(point[1]);
      point = add(point, eighth);
    }
    expect(point).toEqual([0n, 1n]);
    expect(ys.size).toBe(5);
    for (const one of ys) {
      for (const sign of [false, true]) {
        expect(isSmallOrder(spelled(one, sign))).toBe(true);
        if (one + p < 2n ** 255n) expect(isSmallOrder(spelled(one + p, sign))).toBe(true);
      }
    }
  });

  test('keys and signatures of members are none of them', () => {
    for (const key of [hub, relay, ...members, keyOf('another')]) {
      expect(isSmallOrder(key.publicKey)).toBe(false);
      expect(strictVerify(key.publicKey, hash, key.sign(hash))).toBe(true);
    }
  });

  test('look at bytes and leave them as they are', () => {
    const signature = Buffer.from(hub.sign(hash));
    signature[31]! |= 0x80;
    const before = Buffer.from(signature);
    strictly(() => true)(hub.publicKey, hash, signature);
    expect(signature).toEqual(before);
  });

  test('are refused without asking the library', () => {
    const yes = strictly(() => true);
    expect(yes(hub.publicKey, hash, forged(hub).signature)).toBe(false);
    expect(yes(new Uint8Array(32), hash, hub.sign(hash))).toBe(false);
    expect(yes(hub.publicKey.subarray(1), hash, hub.sign(hash))).toBe(false);
    expect(yes(hub.publicKey, hash, hub.sign(hash).subarray(1))).toBe(false);
    expect(yes(hub.publicKey, hash, hub.sign(hash))).toBe(true);
  });
});
