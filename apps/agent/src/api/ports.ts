import type { Clock, NetworkChanges } from '../ports.ts';
import type { CountersNow, Devices, Log, Nearby, Neighbours, NetworkOfNode, PublicCard, RadioBeneath, Status, TopologyView, TrafficToday } from './schema.ts';
import type { LoginIdentifier } from './session-mac.ts';

/** Who calls. `why` says what was wrong with the credentials that came, if any. */
export type Principal =
  | { readonly kind: 'anonymous'; readonly why: Unauthorised }
  | { readonly kind: 'claimant'; readonly session: string }
  | { readonly kind: 'operator'; readonly session: string };
export type Unauthorised = 'not-logged-in' | 'malformed' | 'unknown-session' | 'bad-mac' | 'replayed';

/** Something that has a value now and says when it may have changed. */
export interface Feed<T> {
  current(): T;
  /** Returns the unsubscriber. */
  onChange(handler: () => void): () => void;
}

/** OPAQUE's server side and the sessions it leaves. Messages are the library's base64url texts. Throws LoginRefused. */
export interface AuthPort {
  loginStart(caller: string, identifier: LoginIdentifier, request: string): { loginId: string; response: string };
  loginFinish(caller: string, loginId: string, request: string): { sessionId: string };
  registerStart(request: string): { response: string };
  /** Sets the operator's passphrase; ends every session, the caller's too. */
  registerFinish(record: string): void;
  logout(sessionId: string): void;
}

export class LoginRefused extends Error {
  readonly why: 'already-claimed' | 'not-claimed' | 'wrong' | 'malformed' | 'too-many';
  /** Set with `too-many`. */
  readonly retryAfterMs: number | undefined;
  constructor(why: LoginRefused['why'], message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'LoginRefused';
    this.why = why;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What the router asks of the rest of the agent. */
export interface ApiPorts {
  readonly clock: Clock;
  readonly auth: AuthPort;
  card(): PublicCard;
  readonly status: Feed<Status>;
  readonly topology: Feed<TopologyView>;
  readonly neighbours: Feed<Neighbours>;
  readonly radio: Feed<RadioBeneath>;
  readonly network: Feed<NetworkOfNode>;
  readonly changes: Pick<NetworkChanges, 'propose' | 'confirm' | 'revert'>;
  nearby(): Nearby;
  devices(): Devices;
  readonly traffic: Feed<TrafficToday>;
  /** Newest first; `before` is an entry's id. */
  log(limit: number, before: number | undefined): Log;
  counters(): CountersNow;
}
