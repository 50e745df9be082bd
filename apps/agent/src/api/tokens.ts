import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../ports.ts';

/** What a program shows to read a node: `em_` and 256 bits. Only its hash is kept. docs/api.md */
const prefix = 'em_';
const shape = /^em_[\w-]{43}$/;
/** When it was last used is told to the hour, so that reading does not wear the card. */
const usedEveryMs = 3_600_000;

const kept = z.array(z.object({ id: z.string(), name: z.string(), hash: z.string(), createdAt: z.number(), lastUsedAt: z.number().optional() }));
type Kept = z.infer<typeof kept>[number];

/** What outlives a restart (store/). */
export interface TokenStore {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

export class TokenRefused extends Error {
  readonly why: 'too-many' | 'name-taken' | 'no-such';
  constructor(why: TokenRefused['why'], message: string) {
    super(message);
    this.name = 'TokenRefused';
    this.why = why;
  }
}

export interface TokensOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly max?: number;
}

/** Programs that may read this node, until they are revoked: a handful, by name. */
export class Tokens {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #max: number;
  #all: Kept[];

  constructor({ store, clock, max = 16 }: TokensOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#max = max;
    const text = store.get('api-tokens');
    this.#all = text === undefined ? [] : kept.parse(JSON.parse(text));
  }

  list(): { id: string; name: string; createdAt: number; lastUsedAt?: number | undefined }[] {
    return this.#all.map(({ hash: _, ...rest }) => rest);
  }

  /** The token is told here and never again. Throws TokenRefused. */
  create(name: string): { id: string; token: string } {
    if (this.#all.length >= this.#max) throw new TokenRefused('too-many', `This node has ${this.#max} tokens already: revoke one that nobody uses.`);
    if (this.#all.some((other) => other.name === name))
      throw new TokenRefused('name-taken', `name: there is a token called "${name}"; give this one another name, or revoke that one.`);
    const token = prefix + randomBytes(32).toString('base64url');
    const id = randomBytes(8).toString('hex');
    this.#save([...this.#all, { id, name, hash: hashOf(token), createdAt: this.#clock.wall() }]);
    return { id, token };
  }

  /** Throws TokenRefused. */
  revoke(id: string): void {
    const left = this.#all.filter((token) => token.id !== id);
    if (left.length === this.#all.length) throw new TokenRefused('no-such', 'id: there is no such token; it may have been revoked already.');
    this.#save(left);
  }

  /** Whether it opens this node now. */
  holds(given: string): boolean {
    if (!shape.test(given)) return false;
    const hash = Buffer.from(hashOf(given));
    // All are looked at, so that how long it takes says nothing.
    const found = this.#all.filter((token) => timingSafeEqual(Buffer.from(token.hash), hash))[0];
    if (!found) return false;
    const now = this.#clock.wall();
    if (found.lastUsedAt === undefined || Math.abs(now - found.lastUsedAt) >= usedEveryMs)
      this.#save(this.#all.map((token) => (token === found ? { ...token, lastUsedAt: now } : token)));
    return true;
  }

  #save(all: Kept[]): void {
    this.#store.set('api-tokens', JSON.stringify(all));
    this.#all = all;
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
