import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import { AgeClock, parseMark } from './age-clock.ts';
import { type DiskState, GroupCommit, type GroupCommitLimits } from './group-commit.ts';
import { type Journal, JournalError, type OpenedJournal } from './journal.ts';
import { Quota } from './quota.ts';

const openRetryMsMin = 1000;
const openRetryMsMax = 30_000;
/** The age of what lies in the spool is marked this often when nothing else is written. */
const markMs = 60_000;

export interface SpoolFileOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly wallTrusted: () => boolean;
  readonly logger: Logger;
  readonly limits?: Partial<GroupCommitLimits>;
}

/**
 * The node's durable store with what all its users need: its group commit, quota, row numbers and the ages of its rows.
 * Until the disk lets it open it counts as full.
 */
export class SpoolFile {
  readonly journal: Journal;
  readonly group: GroupCommit;
  readonly quota = new Quota();
  readonly ages: AgeClock;
  readonly clock: Clock;
  readonly wallTrusted: () => boolean;
  readonly #logger: Logger;
  readonly #stateHandlers = new Set<() => void>();
  readonly #openHandlers: ((opened: OpenedJournal) => void)[] = [];
  #rowLast = 0;
  #openError: JournalError | undefined;
  #opened = false;
  #openedAt: number;
  #cancel: () => void = () => {};
  #closed = false;
  #opening: Promise<void> = Promise.resolve();

  constructor(options: SpoolFileOptions) {
    this.journal = options.journal;
    this.clock = options.clock;
    this.wallTrusted = options.wallTrusted;
    this.#logger = options.logger;
    this.#openedAt = options.clock.monotonic();
    this.ages = new AgeClock(options.clock, options.wallTrusted);
    this.group = new GroupCommit({ ...options, ages: this.ages, onState: () => this.#tell() });
  }

  /** `opened` handlers run in the order of their registration, once, when the file is open. */
  onOpened(handler: (opened: OpenedJournal) => void): void {
    this.#openHandlers.push(handler);
  }
  onState(handler: () => void): void {
    this.#stateHandlers.add(handler);
  }

  get state(): DiskState | { readonly at: 'opening' } {
    if (this.#opened) return this.group.state;
    if (!this.#openError) return { at: 'opening' };
    return { at: 'full', code: this.#openError.code, message: this.#openError.message, since: this.#openedAt };
  }

  nextRow(): number {
    return ++this.#rowLast;
  }

  /** Begins to open; resolves after the first try. */
  start(): Promise<void> {
    this.#opening = this.#open(openRetryMsMin);
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    if (this.#opened) await this.group.close();
    // Also an opening that is under way: the first one takes the reserve, and goes on at the next start.
    await this.journal.close();
    await this.#opening;
  }

  async #open(retryMs: number): Promise<void> {
    try {
      const opened = await this.journal.open();
      if (this.#closed) return;
      this.ages.resume(parseMark(opened.notes.get('clock')));
      this.#rowLast = opened.rowMax;
      this.quota.open(opened.capacityBytes);
      this.#opened = true;
      if (opened.broken) this.#logger.error({ file: opened.broken }, 'the spool was unreadable and stands aside; a new one was begun');
      for (const handler of this.#openHandlers) handler(opened);
      this.#mark();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      if (this.#closed) return;
      if (this.#openError?.code !== error.code)
        this.#logger.warn({ code: error.code, err: error.message }, 'the spool cannot be opened: it counts as full until it can');
      this.#openError = error;
      this.#cancel = this.clock.after(retryMs, () => {
        this.#opening = this.#open(Math.min(openRetryMsMax, retryMs * 2));
      });
    }
    this.#tell();
  }

  #mark(): void {
    this.#cancel = this.clock.after(markMs, () => {
      if (this.quota.usedBytes > 0) this.group.mark();
      this.#mark();
    });
  }

  #tell(): void {
    for (const handler of this.#stateHandlers) handler();
  }
}
