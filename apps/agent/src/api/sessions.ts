import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../ports.ts';
import type { Principal } from './ports.ts';
import type { Credentials } from './session-mac.ts';

export type SessionKind = 'claimant' | 'operator';
export interface SessionRow {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly counterTop: number;
  readonly counterBits: string;
}
/** What outlives a restart (store/). */
export interface SessionStore {
  sessions(): SessionRow[];
  addSession(session: SessionRow): void;
  useSession(id: string, used: Pick<SessionRow, 'lastUsedAt' | 'counterTop' | 'counterBits'>): void;
  deleteSessions(ids: readonly string[]): void;
}

/** Which browser a session belongs to: so that the operator knows them apart. */
export interface SessionNotes {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}
export interface SessionInfo {
  readonly id: string;
  readonly kind: SessionKind;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** As the browser named itself; empty: it did not, or it is of before this was kept. */
  readonly agent: string;
}

interface Live {
  readonly kind: SessionKind;
  readonly key: string;
  readonly createdAt: number;
  lastUsedAt: number;
  counterTop: number;
  counterBits: bigint;
}
/** Requests of one page overtake each other; more than this many out of order is no page. */
const windowBits = 128n;
const windowMask = (1n << windowBits) - 1n;

export interface SessionsOptions {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly idleMs?: number;
  readonly claimIdleMs?: number;
  readonly sessionsMax?: number;
  readonly notes?: SessionNotes;
}
const agentsKey = 'sessions.agents';
const agentLengthMax = 200;
const noNotes: SessionNotes = { get: () => undefined, set: () => {} };

/**
 * Who is logged in. A session is a key that OPAQUE left at both ends and the counters used with it. It is kept in state.db, so that a
 * restart of the agent logs nobody out; at `sessionsMax` the one idle for longest ends.
 */
export class Sessions {
  readonly #options: Required<SessionsOptions>;
  readonly #sessions = new Map<string, Live>();
  readonly #handlers = new Set<(id: string) => void>();
  /** As many as there are sessions. */
  readonly #agents = new Map<string, string>();

  constructor(options: SessionsOptions) {
    this.#options = { idleMs: 30 * 24 * 3_600_000, claimIdleMs: 15 * 60_000, sessionsMax: 64, notes: noNotes, ...options };
    for (const { id, kind, key, createdAt, lastUsedAt, counterTop, counterBits } of options.store.sessions()) {
      if (kind !== 'claimant' && kind !== 'operator') continue;
      this.#sessions.set(id, { kind, key, createdAt, lastUsedAt, counterTop, counterBits: BigInt(`0x${counterBits}`) });
    }
    for (const [id, agent] of agentsIn(this.#options.notes.get(agentsKey))) if (this.#sessions.has(id)) this.#agents.set(id, agent);
    this.#endIdle();
  }

  begin(kind: SessionKind, key: string, agent = ''): string {
    this.#endIdle();
    while (this.#sessions.size >= this.#options.sessionsMax) {
      const [oldest] = [...this.#sessions].reduce((a, b) => (b[1].lastUsedAt < a[1].lastUsedAt ? b : a));
      this.end([oldest]);
    }
    const id = randomBytes(16).toString('base64url');
    const now = this.#options.clock.wall();
    this.#options.store.addSession({ id, kind, key, createdAt: now, lastUsedAt: now, counterTop: 0, counterBits: '0' });
    this.#sessions.set(id, { kind, key, createdAt: now, lastUsedAt: now, counterTop: 0, counterBits: 0n });
    if (agent !== '') {
      this.#agents.set(id, printable(agent));
      this.#saveAgents();
    }
    return id;
  }

  /** `expected` computes the MAC under the session's key. The counter is used up, whatever becomes of the request. */
  authenticate(credentials: Credentials, expected: (key: string) => string): { principal: Principal; key: string | undefined } {
    const { sessionId, counter, mac } = credentials;
    const anonymous = (why: Extract<Principal, { kind: 'anonymous' }>['why'], key?: string) => ({ principal: { kind: 'anonymous' as const, why }, key });
    const session = this.#sessions.get(sessionId);
    if (!session || this.#isIdle(session)) return anonymous('unknown-session');
    const right = Buffer.from(expected(session.key));
    const given = Buffer.from(mac);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return anonymous('bad-mac');
    if (!useCounter(session, counter)) return anonymous('replayed', session.key);
    session.lastUsedAt = this.#options.clock.wall();
    this.#save(sessionId, session);
    return { principal: { kind: session.kind, session: sessionId }, key: session.key };
  }

  /** A socket of this session is still open. */
  touch(id: string): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    const now = this.#options.clock.wall();
    if (now - session.lastUsedAt < 3_600_000) return;
    session.lastUsedAt = now;
    this.#save(id, session);
  }

  has(id: string): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && !this.#isIdle(session);
  }

  /** What OPAQUE left at both ends; undefined: no such session any more. */
  keyOf(id: string): string | undefined {
    return this.has(id) ? this.#sessions.get(id)?.key : undefined;
  }

  /** How long ago the passphrase was given, milliseconds; undefined: no such session any more. */
  ageMs(id: string): number | undefined {
    const session = this.#sessions.get(id);
    // A clock that was set back must not make an old session young.
    return session && this.has(id) ? Math.abs(this.#options.clock.wall() - session.createdAt) : undefined;
  }

  /** The one used last first. */
  list(): SessionInfo[] {
    return [...this.#sessions]
      .filter(([, session]) => !this.#isIdle(session))
      .map(([id, { kind, createdAt, lastUsedAt }]) => ({ id, kind, createdAt, lastUsedAt, agent: this.#agents.get(id) ?? '' }))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  }

  end(ids: readonly string[]): void {
    this.#options.store.deleteSessions(ids);
    this.#forget(ids);
  }

  /** The store has dropped them all. */
  forgetAll(): void {
    this.#forget([...this.#sessions.keys()]);
  }

  /** Told the id of each session that ends. Returns the unsubscriber. */
  onEnd(handler: (id: string) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #forget(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#sessions.delete(id)) continue;
      for (const handler of this.#handlers) handler(id);
    }
    let noted = false;
    for (const id of ids) noted = this.#agents.delete(id) || noted;
    if (noted) this.#saveAgents();
  }

  #saveAgents(): void {
    this.#options.notes.set(agentsKey, JSON.stringify(Object.fromEntries(this.#agents)));
  }

  #save(id: string, { lastUsedAt, counterTop, counterBits }: Live): void {
    this.#options.store.useSession(id, { lastUsedAt, counterTop, counterBits: counterBits.toString(16) });
  }

  #isIdle({ kind, lastUsedAt }: Live): boolean {
    return this.#options.clock.wall() - lastUsedAt > (kind === 'claimant' ? this.#options.claimIdleMs : this.#options.idleMs);
  }

  #endIdle(): void {
    const idle = [...this.#sessions].filter(([, session]) => this.#isIdle(session)).map(([id]) => id);
    if (idle.length > 0) this.end(idle);
  }
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, agentLengthMax);

function agentsIn(text: string | undefined): [string, string][] {
  try {
    const kept: unknown = JSON.parse(text ?? '{}');
    return typeof kept === 'object' && kept !== null ? Object.entries(kept).map(([id, agent]) => [id, printable(String(agent))]) : [];
  } catch {
    return [];
  }
}

/** The highest counter used, and of the 128 up to it those that were. */
export interface UsedCounters {
  counterTop: number;
  counterBits: bigint;
}

/** False: used before, or too far below the highest to know. */
export function useCounter(session: UsedCounters, counter: number): boolean {
  if (counter > session.counterTop) {
    const ahead = BigInt(counter - session.counterTop);
    session.counterBits = ahead >= windowBits ? 1n : ((session.counterBits << ahead) | 1n) & windowMask;
    session.counterTop = counter;
    return true;
  }
  const behind = BigInt(session.counterTop - counter);
  const bit = 1n << behind;
  if (behind >= windowBits || (session.counterBits & bit) !== 0n) return false;
  session.counterBits |= bit;
  return true;
}
