/** When ledgers close: at once after a transaction, at intervals, or only when told. */
import type { LedgerRow } from '../store/store.ts';
import type { Chain } from './chain.ts';

export type CloseMode =
  /** a ledger for each transaction, right after its answer */
  | { readonly mode: 'immediate' }
  /** every `ms` where something waits, and every `idleMs` where nothing does */
  | { readonly mode: 'interval'; readonly ms: number; readonly idleMs: number }
  /** only POST /admin/close, /admin/advance and the faucet close ledgers */
  | { readonly mode: 'manual' };

export class Closer implements Disposable {
  readonly #chain: Chain;
  readonly #mode: CloseMode;
  #waiting = new Set<() => void>();
  #scheduled: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idleMs = 0;

  constructor(chain: Chain, mode: CloseMode) {
    this.#chain = chain;
    this.#mode = mode;
  }

  start(): void {
    // What was taken before the last end of the process is still owed a ledger.
    this.owed();
    if (this.#mode.mode !== 'interval') return;
    const { ms, idleMs } = this.#mode;
    this.#timer = setInterval(() => {
      this.#idleMs += ms;
      if (this.#chain.faults.halted) return;
      if (this.#chain.pendingCount > 0 || this.#idleMs >= idleMs) this.close();
    }, ms);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearImmediate(this.#scheduled);
    this.#announce();
  }

  submitted(): void {
    if (this.#mode.mode !== 'immediate' || this.#scheduled) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      if (!this.#chain.faults.halted) this.close();
    });
  }

  /** Something may have waited while no ledger closed. */
  owed(): void {
    if (this.#mode.mode === 'immediate' && !this.#chain.faults.halted && this.#chain.pendingCount > 0) this.close();
  }

  close(): LedgerRow {
    return this.#done(this.#chain.close());
  }

  advance(seconds: number, ledgers?: number): LedgerRow {
    return this.#done(this.#chain.advance(seconds, ledgers));
  }

  #done(ledger: LedgerRow): LedgerRow {
    this.#idleMs = 0;
    this.#announce();
    return ledger;
  }

  #announce(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** The next ledger, or the time given up at. */
  nextClose(msMax: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, msMax);
      this.#waiting.add(wake);
    });
  }
}
