import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { RateLimit } from '@energymesh/enrolment';
import * as opaque from '@serenity-kit/opaque';
import type { Clock } from '../ports.ts';
import { say } from '../said.ts';
import { type AuthPort, LoginRefused } from './ports.ts';
import { keyStretching, type LoginIdentifier, normaliseClaimCode } from './session-mac.ts';
import type { SessionInfo, Sessions } from './sessions.ts';

/** OPAQUE's records (store/). */
export interface RecordStore {
  record(identifier: string): string | undefined;
  setRecord(identifier: string, record: string, createdAt: number): void;
  /** Leaves this record only, and no session. */
  replaceAll(identifier: string, record: string, createdAt: number): void;
}

export interface LoginOptions {
  readonly records: RecordStore;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Where the claim code lies while the node is unclaimed, mode 0600; what stands in it beforehand (from a label, an image) is taken. */
  readonly claimCodeFile: string;
  readonly onClaimed: () => void;
  readonly onLogin: (who: { caller: string; kind: LoginIdentifier }) => void;
  readonly onRefused: (what: { caller: string; why: string }) => void;
}

interface Pending {
  readonly state: string;
  readonly identifier: LoginIdentifier;
  readonly since: number;
}
const pendingMax = 128;
const pendingMs = 60_000;
/** To set another passphrase the old one has to be given anew. */
const freshMsMax = 120_000;
const claimCodePattern = /^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$/;

/**
 * The agent's side of OPAQUE (RFC 9807), for two passwords: the claim code that the agent printed, and, once it was used to set one, the
 * operator's passphrase. Neither crosses the network, nor anything that can be guessed against. docs/decisions/0007-passphrase.md
 */
export class Login implements AuthPort {
  readonly #options: LoginOptions;
  readonly #setup: string;
  readonly #limit: RateLimit;
  readonly #pending = new Map<string, Pending>();
  #claimCode: string | undefined;

  private constructor(options: LoginOptions, setup: string) {
    this.#options = options;
    this.#setup = setup;
    this.#limit = new RateLimit({ burst: 10, refillMs: 6000, everybodyFactor: 4, callersMax: 1024 });
  }

  static async open(options: LoginOptions): Promise<Login> {
    await opaque.ready;
    const settingKey = 'opaque.serverSetup';
    const setup = options.settings.get(settingKey) ?? opaque.server.createSetup();
    options.settings.set(settingKey, setup);
    const login = new Login(options, setup);
    if (!login.claimed) login.#offerClaim();
    else rmSync(options.claimCodeFile, { force: true });
    return login;
  }

  get claimed(): boolean {
    return this.#options.records.record('operator') !== undefined;
  }

  /** Undefined once claimed. */
  get claimCode(): string | undefined {
    return this.#claimCode;
  }

  #offerClaim(): void {
    const { claimCodeFile, records, clock } = this.#options;
    const code = readClaimCode(claimCodeFile) ?? newClaimCode();
    writeFileSync(claimCodeFile, `${code}\n`, { mode: 0o600 });
    // The mode above counts for a new file only.
    chmodSync(claimCodeFile, 0o600);
    // The agent plays the page's part with itself, so that one code path checks both passwords.
    const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password: code });
    const { registrationResponse } = opaque.server.createRegistrationResponse({ serverSetup: this.#setup, userIdentifier: 'claim', registrationRequest });
    const { registrationRecord } = opaque.client.finishRegistration({
      password: code,
      clientRegistrationState,
      registrationResponse,
      keyStretching: keyStretching.claim,
    });
    records.setRecord('claim', registrationRecord, clock.wall());
    this.#claimCode = code;
  }

  loginStart(caller: string, identifier: LoginIdentifier, request: string): { loginId: string; response: string } {
    const { clock, records } = this.#options;
    const waitMs = this.#limit.take(caller, clock.monotonic());
    if (waitMs > 0) this.#refuse(caller, 'too-many', `Too many tries. Wait ${Math.ceil(waitMs / 1000)} s, then try again.`, waitMs);
    if (identifier === 'claim' && this.claimed) {
      this.#refuse(caller, 'already-claimed', 'This node already has an operator. Log in with the passphrase.');
    }
    if (identifier === 'operator' && !this.claimed) {
      this.#refuse(caller, 'not-claimed', 'No passphrase is set yet. Enter the claim code that the node printed when it started.');
    }
    const started = attempt(() =>
      opaque.server.startLogin({
        serverSetup: this.#setup,
        registrationRecord: records.record(identifier),
        startLoginRequest: request,
        userIdentifier: identifier,
      }),
    );
    if (!started) this.#refuse(caller, 'malformed', 'This is no login request. Reload the page.');
    const now = clock.monotonic();
    for (const [id, { since }] of this.#pending) if (now - since > pendingMs || this.#pending.size >= pendingMax) this.#pending.delete(id);
    const loginId = randomBytes(16).toString('base64url');
    this.#pending.set(loginId, { state: started.serverLoginState, identifier, since: now });
    return { loginId, response: started.loginResponse };
  }

  loginFinish(caller: string, loginId: string, request: string, agent = ''): { sessionId: string } {
    const { sessions, clock, onLogin } = this.#options;
    const pending = this.#pending.get(loginId);
    this.#pending.delete(loginId);
    const fits = pending !== undefined && clock.monotonic() - pending.since <= pendingMs && (pending.identifier === 'operator') === this.claimed;
    const finished = fits ? attempt(() => opaque.server.finishLogin({ serverLoginState: pending.state, finishLoginRequest: request })) : undefined;
    if (!pending || !finished) {
      this.#refuse(caller, 'wrong', fits ? 'That is not the right code or passphrase.' : 'This login took too long or was begun elsewhere. Try again.');
    }
    this.#limit.giveBack(caller);
    const sessionId = sessions.begin(pending.identifier === 'claim' ? 'claimant' : 'operator', finished.sessionKey, agent);
    onLogin({ caller, kind: pending.identifier });
    return { sessionId };
  }

  registerStart(request: string): { response: string } {
    const made = attempt(() =>
      opaque.server.createRegistrationResponse({ serverSetup: this.#setup, userIdentifier: 'operator', registrationRequest: request }),
    );
    if (!made) throw new LoginRefused('malformed', 'This is no registration request. Reload the page.');
    return { response: made.registrationResponse };
  }

  registerFinish(record: string, session?: string): void {
    const { records, clock, sessions, claimCodeFile, onClaimed } = this.#options;
    // Whoever finds an open page shall not lock its operator out.
    if (this.claimed && session !== undefined && (sessions.ageMs(session) ?? Number.POSITIVE_INFINITY) > freshMsMax)
      throw new LoginRefused('not-fresh', say('login.not-fresh'));
    // A record that cannot be read would lock the operator out for good: it must be good for a login.
    const { startLoginRequest } = opaque.client.startLogin({ password: 'trial' });
    const good = attempt(() =>
      opaque.server.startLogin({ serverSetup: this.#setup, registrationRecord: record, startLoginRequest, userIdentifier: 'operator' }),
    );
    if (!good) throw new LoginRefused('malformed', 'This is no registration record. Reload the page.');
    records.replaceAll('operator', record, clock.wall());
    this.#claimCode = undefined;
    rmSync(claimCodeFile, { force: true });
    this.#pending.clear();
    sessions.forgetAll();
    onClaimed();
  }

  logout(sessionId: string): void {
    this.#options.sessions.end([sessionId]);
  }

  sessions(): readonly SessionInfo[] {
    return this.#options.sessions.list();
  }

  endSessions(ids: readonly string[]): void {
    const { sessions } = this.#options;
    sessions.end(ids.filter((id) => sessions.has(id)));
  }

  #refuse(caller: string, why: LoginRefused['why'], message: string, retryAfterMs?: number): never {
    this.#options.onRefused({ caller, why });
    throw new LoginRefused(why, message, retryAfterMs);
  }
}

/** Undefined: the library refused the message. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function readClaimCode(file: string): string | undefined {
  try {
    const code = normaliseClaimCode(readFileSync(file, 'utf8').slice(0, 100));
    return claimCodePattern.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** 60 random bits in letters that are not mistaken for each other. */
function newClaimCode(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return normaliseClaimCode([...randomBytes(12)].map((byte) => letters[byte & 31]).join(''));
}
