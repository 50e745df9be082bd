import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { RateLimit } from '@energymesh/enrolment';
import * as z from 'zod';
import type { Clock } from '../../ports.ts';
import { type AnswerText, deflatedAnswer, plainAnswer, type Refusal } from './call-text.ts';
import type { Phones, Way } from './phones.ts';
import { openCall, phoneIdOf, readCall } from './sealed-call.ts';

export interface PhoneDoorOptions {
  readonly node: string;
  /** The node's X25519 secret for calls of phones. */
  readonly secret: Uint8Array;
  readonly phones: Phones;
  readonly clock: Clock;
  /** Asks the node's API for this phone. */
  readonly ask: (
    phone: string,
    request: { readonly method: string; readonly path: string; readonly body: string; readonly way: Way },
  ) => Promise<{ status: number; body: string }>;
  /** What a phone learns when it is paired. */
  readonly about: () => { readonly name: string; readonly community: string | null };
  readonly onPaired: (what: { name: string; way: Way }) => void;
  readonly onRefused: (what: { caller: string; why: string }) => void;
}

const callText = z.object({
  at: z.number().min(0).max(8.64e15),
  counter: z.int().min(1),
  method: z.enum(['GET', 'POST']),
  path: z.string().max(4096).startsWith('/trpc/'),
  body: z.string(),
});
const pairText = z.object({
  secret: z.string().regex(/^[\w-]{22}$/),
  key: z.string().regex(/^[\w-]{87}$/),
  name: z.string().trim().min(1).max(40),
});

/** A call that was under way for longer is not done any more: whoever carries it may have kept it. */
export const callAgeMsMax = 90_000;
/** Beyond it an answer is not worth compressing. */
const deflateFromBytes = 512;
/** An entry of the mesh takes 128 KB, with envelopes in base64 around it. */
export const hubAnswerBytesMax = 80 * 1024;

/** Where calls of phones come in, over the LAN and through the hub alike. Every answer is sealed, refusals too. docs/app.md */
export class PhoneDoor {
  readonly #o: PhoneDoorOptions;
  readonly #limit: RateLimit;
  readonly #keys = new Map<string, KeyObject>();

  constructor(options: PhoneDoorOptions) {
    this.#o = options;
    this.#limit = new RateLimit({ burst: 40, refillMs: 200, everybodyFactor: 4, callersMax: 256 });
  }

  /** Undefined: nothing to answer to, since it is no call for this node. `caller` is an address, or the hub. */
  async answer(bytes: Uint8Array, way: Way, caller: string): Promise<Uint8Array | undefined> {
    const { node, secret, onRefused } = this.#o;
    const call = readCall(bytes);
    if (!call || call.node !== node) return undefined;
    // Before anything costly. Through the hub the phone's word for who it is has to do: what it spends is its own.
    const waitMs = this.#limit.take(way === 'hub' ? `hub ${call.phone}` : caller, this.#o.clock.monotonic());
    const opened = waitMs > 400 ? undefined : openCall(call, secret, random);
    if (!opened) return undefined;
    const say = (answer: Omit<AnswerText, 'at'>): Uint8Array => {
      const sealed = opened.answer(packed({ ...answer, at: this.#o.clock.wall() }));
      if (way === 'hub' && sealed.length > hubAnswerBytesMax)
        return opened.answer(packed({ at: this.#o.clock.wall(), status: 0, refused: 'too-big', body: '' }));
      return sealed;
    };
    const refuse = (refused: Refusal): Uint8Array => {
      onRefused({ caller: way === 'hub' ? 'the hub' : caller, why: `phone: ${refused}` });
      return say({ status: 0, refused, body: '' });
    };
    if (waitMs > 0) return refuse('too-often');
    const read = parsed(opened.text);
    if (call.kind === 'pair') {
      const pair = pairText.safeParse(read).data;
      const publicKey = pair && Buffer.from(pair.key, 'base64url');
      const key = publicKey && keyOf(publicKey);
      // It has to hold the key that it brings.
      if (!pair || !publicKey || !key || phoneIdOf(publicKey) !== call.phone || !signedBy(key, call)) return refuse('malformed');
      const paired = this.#o.phones.pair({ secret: pair.secret, publicKey, name: pair.name, way });
      if (!paired.ok) return refuse(paired.why);
      this.#o.onPaired({ name: pair.name, way });
      return say({ status: 200, body: JSON.stringify(this.#o.about()) });
    }
    const phone = this.#o.phones.get(call.phone);
    const key = phone && this.#keyOf(phone.id, phone.publicKey);
    if (!key || !signedBy(key, call)) return refuse('unknown-phone');
    const text = callText.safeParse(read).data;
    if (!text) return refuse('malformed');
    if (Math.abs(this.#o.clock.wall() - text.at) > callAgeMsMax) return refuse('clock');
    if (!this.#o.phones.use(call.phone, text.counter, way)) return refuse('replayed');
    const answer = await this.#o.ask(call.phone, { ...text, way });
    // What it looks at may have waited, and the phone been removed meanwhile.
    return text.method === 'POST' || this.#o.phones.get(call.phone) ? say(answer) : refuse('unknown-phone');
  }

  #keyOf(id: string, publicKey: Uint8Array): KeyObject | undefined {
    const known = this.#keys.get(id);
    if (known) return known;
    const key = keyOf(publicKey);
    // As many as there are phones; those that were removed go at the bound.
    if (this.#keys.size >= 32) this.#keys.clear();
    if (key) this.#keys.set(id, key);
    return key;
  }
}

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));

const signedBy = (key: KeyObject, { signed, signature }: { signed: Uint8Array; signature: Uint8Array }): boolean =>
  verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);

/** Undefined: no point of the curve. */
function keyOf(point: Uint8Array): KeyObject | undefined {
  if (point.length !== 65 || point[0] !== 4) return undefined;
  try {
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => Buffer.from(half).toString('base64url'));
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}

function packed(answer: AnswerText): Uint8Array {
  const text = Buffer.from(JSON.stringify(answer));
  const deflated = text.length < deflateFromBytes ? undefined : deflateRawSync(text);
  return deflated && deflated.length < text.length
    ? Buffer.concat([Uint8Array.of(deflatedAnswer), deflated])
    : Buffer.concat([Uint8Array.of(plainAnswer), text]);
}
