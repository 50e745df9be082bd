// Every message that is signed, and signatures that a verifier has to refuse: docs/proofs.md §3.
import { createHash } from 'node:crypto';
import {
  attestMessage,
  type Change,
  challengeMessage,
  changeHash,
  changeXdr,
  defaultParams,
  epochStart,
  isSmallOrder,
  type Leaf,
  latencyUnknownUs,
  memberMessage,
  packetCountMax,
  paramNames,
  paramRules,
  proofMessage,
  proposeMessage,
  receiptMessage,
  registerMessage,
  toldMessage,
  voteMessage,
} from '../src/index.ts';
import { domain, epoch, hub, members, opensslVerify, passphrase, relay, sha256, strictVerify, type TestKey, text } from './keys.ts';
import { hex, plain } from './plain.ts';
import { leaves, signedLeaf, treeOf } from './receipts.ts';

const node = relay.publicKey;
const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ';
const contract = 'CA3D5KRYM6CB7OWQ6TWYRR3Z4T7GNZLKERYNZGGA5SOAOPIFY6YQGAXE';

export const changes: readonly (readonly [string, Change])[] = [
  ['the first parameters', { params: defaultParams }],
  ['the least of each', { params: { ...bound('min'), uptimeHighBp: 1, uptimeLowBp: 0 } }],
  ['the most of each', { params: bound('max') }],
  ['another hub', { hub: { hubKey: members[0].publicKey, anchor: sha256(text('anchor')), anchorEpoch: epoch } }],
];

function bound(which: 'min' | 'max') {
  return Object.fromEntries(paramNames.map((name) => [name, paramRules[name][which]])) as unknown as typeof defaultParams;
}

export const changeCases = (): object[] =>
  changes.map(([name, change]) => ({ name, change: plain(change), xdr: hex(changeXdr(change)), hash: hex(changeHash(sha256, change)) }));

export function messages(): object[] {
  const tree = treeOf(leaves);
  const timestamp = epochStart(epoch);
  const proof = (name: string, packetCount: number, at: number, merkleRoot: Uint8Array) => {
    const fields = { node, packetCount, timestamp: at, merkleRoot };
    return of(name, 'proof', fields, proofMessage(domain, fields), relay);
  };
  const receipt = (name: string, by: TestKey, leaf: Leaf) => {
    const { signature: _, ...claim } = leaf;
    const fields = { epoch, relay: node, ...claim };
    return of(name, 'receipt', fields, receiptMessage(domain, fields), by);
  };
  const register = (name: string, nonce: number, payout: string) => {
    const fields = { node, nonce, payout };
    return of(name, 'register', fields, registerMessage(domain, fields), relay);
  };
  const attest = (name: string, uptimeBp: number, latencyUs: number, earning: number) => {
    const fields = { node, epoch, uptimeBp, latencyUs, earning };
    return of(name, 'attest', fields, attestMessage(domain, fields), hub);
  };
  const vote = (name: string, proposal: number, yes: boolean) =>
    of(name, 'vote', { node: members[1].publicKey, proposal, yes }, voteMessage(domain, members[1].publicKey, proposal, yes), members[1]);
  const told = { node, contentHash: sha256(text('{"kind":"hour","epoch":1,"state":"received"}')) };
  return [
    proof('proof of an hour', tree.packets, timestamp, tree.root),
    proof('proof of nothing', 0, timestamp, treeOf([]).root),
    proof('proof of the greatest count', packetCountMax, timestamp + 3599, tree.root),
    receipt('receipt by the hub', hub, leaves[0]!),
    receipt('receipt by a member', members[2], signedLeaf(members[2], 0xffff_ffff, 256)),
    of('member', 'member', { node }, memberMessage(domain, node), hub),
    register('registration to an account', 1, account),
    register('registration to a contract', 0xffff_ffff, contract),
    attest('attestation of a good hour', 10_000, 12_345, tree.packets),
    attest('attestation without a latency', 7999, latencyUnknownUs, 0),
    of('challenge', 'challenge', { node, epoch }, challengeMessage(domain, node, epoch), hub),
    ...changes.map(([name, change], i) => {
      const fields = { node: members[0].publicKey, nonce: i + 1, changeHash: changeHash(sha256, change) };
      return of(`proposal: ${name}`, 'propose', fields, proposeMessage(domain, fields.node, fields.nonce, fields.changeHash), members[0]);
    }),
    vote('a yes', 1, true),
    vote('a no', 0xffff_ffff, false),
    of('told to a node', 'told', told, toldMessage(domain, node, told.contentHash), hub),
  ];
}

const of = (name: string, kind: string, fields: object, message: Uint8Array, by: TestKey): object => ({
  name,
  of: kind,
  passphrase,
  domain: plain(domain),
  fields: plain(fields),
  message: hex(message),
  by: hex(by.publicKey),
  signature: hex(by.sign(message)),
});

/** Order of the base point: RFC 8032 §5.1. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const little = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const bytesOf = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const sha512 = (...parts: Uint8Array[]): Uint8Array => createHash('sha512').update(Buffer.concat(parts)).digest();
const neutral = Uint8Array.of(1, ...new Uint8Array(31));

/** R is the neutral point, S fits: only who has the key can make it, and RFC 8032 takes it. */
function smallOrderSignature(key: TestKey, message: Uint8Array): Uint8Array {
  const scalar = sha512(key.seed).subarray(0, 32);
  scalar[0]! &= 248;
  scalar[31] = (scalar[31]! & 127) | 64;
  const challenge = little(sha512(neutral, key.publicKey, message)) % order;
  return Uint8Array.of(...neutral, ...bytesOf((challenge * little(scalar)) % order));
}

/** A receipt that RFC 8032 takes and the ledger does not. */
export function forged(by: TestKey): Leaf {
  const { signature: _, ...claim } = signedLeaf(by, 1, 9);
  return { ...claim, signature: smallOrderSignature(by, receiptMessage(domain, { ...claim, epoch, relay: node })) };
}

export function signatures(): object[] {
  const message = challengeMessage(domain, node, epoch);
  const good = hub.sign(message);
  const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const beyond = Uint8Array.of(...good.subarray(0, 32), ...bytesOf(little(good.subarray(32)) + order));
  const cases: [string, Uint8Array, Uint8Array, Uint8Array][] = [
    ['as it should be', hub.publicKey, message, good],
    ['another message', hub.publicKey, flipped(message, 100), good],
    ['another key', relay.publicKey, message, good],
    ['another R', hub.publicKey, message, flipped(good, 3)],
    ['another S', hub.publicKey, message, flipped(good, 35)],
    ['S beyond the order of the base point', hub.publicKey, message, beyond],
    ['R of small order', hub.publicKey, message, smallOrderSignature(hub, message)],
    ['a key of small order', neutral, message, Uint8Array.of(...neutral, ...new Uint8Array(32))],
  ];
  return cases.map(([name, publicKey, signed, signature]) => ({
    name,
    publicKey: hex(publicKey),
    message: hex(signed),
    signature: hex(signature),
    // Libraries differ, and one from the next version: OpenSSL 3.0 takes small orders, 3.5 does not.
    rfc8032: opensslVerify(publicKey, signed, signature) || isSmallOrder(signature.subarray(0, 32)),
    valid: strictVerify(publicKey, signed, signature),
  }));
}
