import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports.ts';
import { SealEnd, type SealedChannel } from './sealed.ts';

/** Long enough to write 24 words down, and to find out that one is missing. */
const lifeMs = 30 * 60_000;
/** Every page that does something has one, and another for a phrase. */
const channelsMax = 64;

interface Open {
  readonly session: string;
  readonly channel: SealedChannel;
  readonly until: number;
}

/** The node's ends of sealed channels: each belongs to one session and lives half an hour; beyond 64 the oldest ends. */
export class Seals {
  readonly #clock: Clock;
  readonly #sessionKey: (session: string) => string | undefined;
  readonly #open = new Map<string, Open>();

  constructor(options: { readonly clock: Clock; readonly sessionKey: (session: string) => string | undefined }) {
    this.#clock = options.clock;
    this.#sessionKey = options.sessionKey;
  }

  /** Undefined: the page's key is none, or its session has ended. */
  begin(session: string, pageKey: string): { channel: string; key: string } | undefined {
    const sessionKey = this.#sessionKey(session);
    const end = new SealEnd('node', (bytes) => new Uint8Array(randomBytes(bytes)));
    const channel = sessionKey === undefined ? undefined : end.join(pageKey, sessionKey);
    if (!channel) return undefined;
    const now = this.#clock.monotonic();
    for (const [id, { until }] of this.#open) if (until <= now || this.#open.size >= channelsMax) this.#open.delete(id);
    const id = randomBytes(16).toString('base64url');
    this.#open.set(id, { session, channel, until: now + lifeMs });
    return { channel: id, key: end.key };
  }

  /** Undefined: no such channel of this session, or not any more. */
  of(session: string, id: string): SealedChannel | undefined {
    const open = this.#open.get(id);
    return open && open.session === session && open.until > this.#clock.monotonic() ? open.channel : undefined;
  }
}
