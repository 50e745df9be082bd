import type { GroupCommit } from './group-commit.ts';

export interface SeenCommand {
  /** Spool time, milliseconds. */
  readonly at: number;
  readonly origin: string;
  readonly incarnation: number;
  /** The node to which it first went; its sequence says nothing about those of other streams. */
  readonly stream: string;
  readonly class: number;
  readonly sequence: number;
  readonly topic: string;
  /** Sent on by a former node of the device. */
  readonly transferred: boolean;
  /** Spool time at which its age was 0, milliseconds. */
  readonly born: number;
}

/** Ages are true to within the queues on their way. */
const bornSlackMs = 100;

const seenMs = 24 * 3_600_000;
/** Beyond it the oldest is forgotten: a repetition of it would be delivered again. */
const seenMax = 4096;
const prefix = 'seen:';

/**
 * Commands taken in the last 24 h, so that a repetition is not delivered twice, and the newest per topic, so that nothing older overtakes it.
 * Kept over restarts as notes of the spool.
 */
export class SeenCommands {
  readonly #group: Pick<GroupCommit, 'note'>;
  readonly #now: () => number;
  readonly #seen = new Map<string, SeenCommand>();
  readonly #newest = new Map<string, SeenCommand>();

  constructor(group: Pick<GroupCommit, 'note'>, now: () => number) {
    this.#group = group;
    this.#now = now;
  }

  restore(notes: ReadonlyMap<string, string>): void {
    const found: [string, SeenCommand][] = [];
    for (const [key, value] of notes) {
      if (!key.startsWith(prefix)) continue;
      try {
        found.push([key.slice(prefix.length), JSON.parse(value) as SeenCommand]);
      } catch {
        this.#group.note(key, undefined);
      }
    }
    for (const [key, seen] of found.sort((a, b) => a[1].at - b[1].at)) this.#put(key, seen);
    this.#trim();
  }

  has(key: string): boolean {
    const seen = this.#seen.get(key);
    return seen !== undefined && this.#now() - seen.at < seenMs;
  }

  /** It was taken after one of the same sender that was published later. */
  isOlder(command: Omit<SeenCommand, 'at'>): boolean {
    const newest = this.#newest.get(command.topic);
    if (!newest) return false;
    const alike = newest.origin === command.origin && newest.stream === command.stream && newest.class === command.class;
    // What others sent on is compared by age, which nobody can make to lie in the future: so no lie of theirs outruns what comes directly.
    if (command.transferred || newest.transferred) {
      if (!alike || command.transferred !== newest.transferred) return command.born < newest.born - bornSlackMs;
    } else if (!alike) return false;
    return command.incarnation < newest.incarnation || (command.incarnation === newest.incarnation && command.sequence < newest.sequence);
  }

  /** Returns the note that must become durable with the command itself: alone it would make a lost command look delivered. */
  add(key: string, command: Omit<SeenCommand, 'at'>): { key: string; value: string } {
    const seen = { ...command, at: this.#now() };
    this.#put(key, seen);
    this.#trim();
    return { key: prefix + key, value: JSON.stringify(seen) };
  }

  /** It was not delivered after all: a repetition is welcome, and what came before it too. */
  forget(key: string): void {
    const seen = this.#seen.get(key);
    if (!seen) return;
    this.#seen.delete(key);
    this.#group.note(prefix + key, undefined);
    if (this.#newest.get(seen.topic) !== seen) return;
    this.#newest.delete(seen.topic);
    for (const other of this.#seen.values()) if (other.topic === seen.topic && !this.isOlder(other)) this.#newest.set(other.topic, other);
  }

  #put(key: string, seen: SeenCommand): void {
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    if (!this.isOlder(seen)) {
      this.#newest.delete(seen.topic);
      this.#newest.set(seen.topic, seen);
    }
  }

  #trim(): void {
    for (const [key, seen] of this.#seen) {
      if (this.#seen.size <= seenMax && this.#now() - seen.at < seenMs) break;
      this.#seen.delete(key);
      this.#group.note(prefix + key, undefined);
    }
    for (const topic of this.#newest.keys()) {
      if (this.#newest.size <= seenMax) break;
      this.#newest.delete(topic);
    }
  }
}
