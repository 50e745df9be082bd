import { createHash } from 'node:crypto';
import { type Clock, type NetworkChanges, NetworkRefused, type RadioLayer, SetupRefused } from '../ports.ts';
import { say } from '../said.ts';
import { type CheckedInvite, checkInvite } from './invite-text.ts';
import { networkPlan } from './network-plan.ts';
import { firstState, type Place, type RadioChoice, readState, type SetupState, setupState } from './state.ts';
import { type Act, type Facts, settle, step } from './step.ts';

/** How this node is to get in. */
export type Wanted =
  | { readonly by: 'invite'; readonly invite: string }
  | { readonly by: 'ask'; readonly hub: string; readonly pin: string; readonly community: string }
  | { readonly by: 'create'; readonly community: string };
/** Asks the hubs until one has taken this node in, or makes the community. Rejects with JoinRefused when it is refused for good, or the signal's reason. */
export type Join = (options: {
  readonly wanted: Wanted;
  readonly name: string;
  readonly signal: AbortSignal;
  /** The hub has the request; a member decides. */
  readonly onOpen: () => void;
  readonly onRetry: (words: string, afterMs: number) => void;
}) => Promise<void>;
export class JoinRefused extends Error {
  override readonly name = 'JoinRefused';
}

export interface SetupOptions {
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  readonly claimed: () => boolean;
  readonly enrolled: () => boolean;
  readonly join: Join;
  /** As the configuration has it, read from its file. */
  readonly invite: string | undefined;
  /** Until somebody says otherwise. */
  readonly name: string;
  readonly position: Place['position'];
  /** Of an invite that was in the configuration before a factory reset. */
  readonly spentInvite: string | undefined;
  readonly changes: Pick<NetworkChanges, 'status' | 'propose'>;
  readonly clock: Clock;
  readonly clockTrusted: () => boolean;
}

/** How asking the hubs goes. */
export interface Asking {
  readonly tries: number;
  readonly words: string;
  /** Unix milliseconds. */
  readonly nextAt: number;
  /** The hub was reached, and a member has to decide. */
  readonly open: boolean;
}
const key = 'setup';
/** How long the operator has to come back and confirm a change of the network. */
export const confirmWithinSeconds = 120;
const takenMsMax = 15_000;

/** First boot, from keys to done: the state is written down after each step, and what is so is looked at anew each time. docs/setup.md */
export class Setup {
  readonly #o: SetupOptions;
  readonly #handlers = new Set<() => void>();
  readonly #configured: string | undefined;
  #state: SetupState;
  #asking: Asking | undefined;
  #wallet: Facts['wallet'] = 'unknown';
  #radio: RadioLayer | undefined;
  #wake = () => {};
  /** When this process placed its last change, monotonic. */
  #placedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SetupOptions) {
    this.#o = options;
    this.#configured = options.invite === undefined ? undefined : inviteHash(options.invite);
    this.#state = readState(options.settings.get(key)) ?? firstState(options.spentInvite);
  }

  /** After every look at the facts. */
  get state(): SetupState {
    this.#put(settle(this.#state, this.#facts()));
    return this.#state;
  }

  get open(): boolean {
    return this.state.at !== 'done';
  }

  /** What the node is called and where it stands, as chosen or as configured. */
  get naming(): { readonly name: string; readonly position: Place['position'] } {
    const { place } = this.#state;
    return { name: place?.name ?? this.#o.name, position: place?.position ?? this.#o.position };
  }

  get asking(): Asking | undefined {
    return this.#asking;
  }

  useRadio(radio: RadioLayer): void {
    this.#radio = radio;
  }

  /** What is known of the wallet from now on. */
  tellWallet(wallet: Facts['wallet']): void {
    this.#wallet = wallet;
  }

  check(text: string): CheckedInvite {
    return checkInvite(text, this.#o.clockTrusted() ? this.#o.clock.wall() : undefined);
  }

  /** Throws SetupRefused, with problems by field. */
  invite(text: string): void {
    const checked = this.check(text);
    if (!checked.ok) throw new SetupRefused('invalid', checked.problems.map((one) => one.text).join(' '), checked.problems);
    const { invite, line, carried } = checked;
    const radio = { ...(carried.country !== undefined && { country: carried.country }), ...(carried.mesh && { mesh: carried.mesh }) };
    this.do({
      do: 'invite',
      way: { by: 'invite', text: line, community: invite.community.name, role: invite.role },
      carries: { ...(Object.keys(radio).length > 0 && { radio }), ...(carried.name !== undefined && { name: carried.name }) },
    });
  }

  /** The community that was met at an address; people compare the code. Throws SetupRefused. */
  ask(met: { readonly hub: string; readonly root: string; readonly communityId: string; readonly community: string; readonly code: string }): void {
    this.do({ do: 'ask', way: { by: 'ask', ...met } });
  }

  /** Throws SetupRefused. */
  create(community: string): void {
    this.do({ do: 'create', way: { by: 'create', community } });
  }

  radio(radio: RadioChoice): void {
    this.do({ do: 'radio', radio });
  }

  /** Name, place, way out. Goes on to the network at once when nothing of it has to change, or nothing of it can be changed from here. */
  place(place: Place): void {
    this.do({ do: 'place', place });
    const state = this.state;
    if (state.at === 'network' && state.change.at === 'open' && this.plan() === undefined) this.do({ do: 'keep-network' });
  }

  /** What is to be asked of the network; undefined: nothing, or this machine takes no changes. */
  plan(): Readonly<Record<string, unknown>> | undefined {
    const { state } = this;
    const now = this.#o.changes.status();
    if (state.at !== 'network' || !now.available) return undefined;
    const radio = this.#radio?.current();
    return networkPlan(now.status?.state, state, radio?.at === 'read' ? radio.view : undefined);
  }

  /** Places the change; the operator confirms it, or it goes back. Throws SetupRefused or NetworkRefused. */
  apply(): string {
    const plan = this.plan();
    if (!plan) throw new SetupRefused('not-now', say('setup.nothing-changes'));
    try {
      const id = this.#o.changes.propose(plan, confirmWithinSeconds);
      this.#placedAt = this.#o.clock.monotonic();
      this.do({ do: 'change', id });
      return id;
    } catch (error) {
      // The secret of a mesh that this node never had cannot be kept: say so in the operator's words.
      if (error instanceof NetworkRefused && error.why === 'invalid') throw new SetupRefused('invalid', error.message, error.problems);
      throw error;
    }
  }

  /** Throws SetupRefused when it cannot be done now. */
  do(act: Act): void {
    const { state } = this;
    const next = step(state, act);
    if (!next) throw new SetupRefused('not-now', say('setup.not-now', { step: state.at }));
    this.#put(settle(next, this.#facts()));
  }

  /** Resolves when the node is a member. Rejects with the signal's reason. */
  async joined(signal: AbortSignal): Promise<void> {
    while (!this.#o.enrolled()) {
      signal.throwIfAborted();
      const wanted = this.#wanted();
      const other = new AbortController();
      this.#wake = () => {
        const now = this.#wanted();
        if (JSON.stringify(now) !== JSON.stringify(wanted)) other.abort();
      };
      const either = AbortSignal.any([signal, other.signal]);
      this.#asking = undefined;
      if (!wanted) {
        await aborted(either);
        continue;
      }
      try {
        await this.#o.join({ ...wanted, signal: either, onRetry: (words, afterMs) => this.#retry(words, afterMs), onOpen: () => this.#opened() });
      } catch (error) {
        if (either.aborted) continue;
        if (!(error instanceof JoinRefused)) throw error;
        this.#refuse(error.message);
      }
    }
    this.#wake = () => {};
    this.#asking = undefined;
    this.#put(settle(this.#state, this.#facts()));
  }

  /** After each change of the state. Returns the unsubscriber. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #retry(words: string, afterMs: number): void {
    this.#asking = { tries: (this.#asking?.tries ?? 0) + 1, words, nextAt: this.#o.clock.wall() + afterMs, open: false };
  }

  #opened(): void {
    this.#asking = { tries: 0, words: '', nextAt: this.#o.clock.wall(), open: true };
  }

  #refuse(why: string): void {
    const { state } = this;
    const next = step(state, { do: 'refused', why, ...(state.way?.by === 'file' && this.#configured !== undefined && { spent: this.#configured }) });
    // Undefined: another way was chosen meanwhile.
    if (next) this.#put(settle(next, this.#facts()));
  }

  #wanted(): { readonly wanted: Wanted; readonly name: string } | undefined {
    const { state } = this;
    const { name } = this.naming;
    const { way } = state;
    if (way?.by === 'file') return this.#o.invite === undefined ? undefined : { wanted: { by: 'invite', invite: this.#o.invite }, name };
    // Before that its name and its way to the hub are not settled.
    if (state.at !== 'join' && state.at !== 'done') return undefined;
    switch (way?.by) {
      case 'invite':
        return way.text === undefined ? undefined : { wanted: { by: 'invite', invite: way.text }, name };
      case 'ask':
        return { wanted: { by: 'ask', hub: way.hub, pin: way.root, community: way.communityId }, name };
      case 'create':
        return { wanted: { by: 'create', community: way.community }, name };
      default:
        return undefined;
    }
  }

  #facts(): Facts {
    const { claimed, enrolled } = this.#o;
    return {
      claimed: claimed(),
      enrolled: enrolled(),
      configured: this.#configured,
      wallet: this.#wallet,
      network: this.#state.at === 'network' ? this.#network(this.#state.change) : undefined,
    };
  }

  #network(change: Extract<SetupState, { at: 'network' }>['change']): Facts['network'] {
    const { status } = this.#o.changes.status();
    if (!status) return undefined;
    if (status.waiting) return { id: status.waiting.id, result: 'waiting', why: '' };
    if (change.at !== 'asked' || status.phase === 'applying' || status.phase === 'reverting') return undefined;
    const outcome = status.recent.find(({ id }) => id === change.id);
    if (!outcome) {
      // The helper takes a request within a moment. What it does not know after that was taken back while the machine started again.
      if (this.#o.clock.monotonic() - this.#placedAt < takenMsMax) return undefined;
      return { id: change.id, result: 'undone', why: 'The machine started anew before the change was confirmed, so the old settings are back.' };
    }
    if (outcome.result === 'waiting') return undefined;
    const kept = outcome.result === 'confirmed' || outcome.result === 'unchanged';
    return { id: change.id, result: kept ? 'kept' : 'undone', why: [outcome.reason, ...outcome.problems.map(({ text }) => text)].join(' ') };
  }

  #put(state: SetupState): void {
    if (state === this.#state) return;
    this.#o.settings.set(key, JSON.stringify(setupState.parse(state)));
    this.#state = state;
    for (const handler of this.#handlers) handler();
    // Facts lead on too: a change of the network that was kept leads to the hub.
    this.#wake();
  }
}

export const inviteHash = (text: string): string => createHash('sha256').update(text.trim()).digest('hex').slice(0, 32);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
