import { type Clock, type NetworkChanges, SetupRefused } from '../ports.ts';
import { say } from '../said.ts';
import { withoutSet } from './network-plan.ts';

export interface ClosingOptions {
  readonly changes: Pick<NetworkChanges, 'status' | 'propose' | 'confirm'>;
  readonly clock: Clock;
  /** This node has a link with another one. */
  readonly linked: () => boolean;
}

const confirmWithinSeconds = 60;
const lookMs = 1000;
/** Linked for so long without the access point. */
const steadyMs = 10_000;

/**
 * Closes the access point when the setup is done. Whoever asks for it mostly stands on it, and so cannot come back and confirm: the node confirms by itself
 * once it has been linked with the mesh for a while without it. If it is not, the helper takes the change back, and the access point is open again.
 */
export class Closing implements Disposable {
  readonly #o: ClosingOptions;
  #id: string | undefined;
  #cancel = () => {};

  constructor(options: ClosingOptions) {
    this.#o = options;
  }

  /** Asked for, and neither confirmed nor taken back. */
  get underWay(): boolean {
    return this.#id !== undefined;
  }

  /** Throws SetupRefused or NetworkRefused. */
  ask(): void {
    if (this.underWay) return;
    const state = this.#o.changes.status().status?.state;
    if (state?.ap === undefined) throw new SetupRefused('not-now', say('setup.ap-closed'));
    if (!this.#o.linked()) throw new SetupRefused('not-now', say('setup.no-link'));
    const { ap: _closed, ...rest } = withoutSet(state);
    this.#id = this.#o.changes.propose(rest, confirmWithinSeconds);
    this.#look(this.#o.clock.monotonic() + confirmWithinSeconds * 2000, undefined);
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  /** `since`: monotonic, when it was first found linked without the access point. */
  #look(endsAt: number, since: number | undefined): void {
    this.#cancel = this.#o.clock.after(lookMs, () => {
      const now = this.#o.clock.monotonic();
      const { status } = this.#o.changes.status();
      const decided = status?.recent.some(({ id, result }) => id === this.#id && result !== 'waiting');
      if (decided || now > endsAt) {
        this.#id = undefined;
        return;
      }
      const closed = status?.waiting?.id === this.#id && this.#o.linked();
      const from = closed ? (since ?? now) : undefined;
      const steady = this.#id !== undefined && from !== undefined && now - from >= steadyMs;
      if (this.#id !== undefined && steady) this.#confirm(this.#id);
      // The helper takes its time: said once more only when it has not heard after as long again.
      this.#look(endsAt, steady ? undefined : from);
    });
  }

  /** It may have gone back this moment; the next look tells. */
  #confirm(id: string): void {
    try {
      this.#o.changes.confirm(id);
    } catch {}
  }
}
