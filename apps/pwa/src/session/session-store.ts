import type { Session, SessionKeeper } from '@energymesh/agent/session-mac';
import type { loginStrings } from '../strings/login.ts';

/** Why the page shows the log-in, in the catalogue's words. */
export type EndReason = keyof typeof loginStrings.login.ended;

/** The part of `Storage` that is used; a browser may refuse it altogether, then the session lives as long as the page. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const sessionKey = 'energymesh.session';
const counterKey = 'energymesh.counter';

/**
 * The operator's session in this browser, and the counter that no two requests may share (docs/decisions/0007-passphrase.md).
 * `lasting` outlives the tab and is seen by every tab; `passing` ends with the tab.
 */
export class SessionStore implements SessionKeeper {
  readonly #lasting: Shelf;
  readonly #passing: Shelf;
  readonly #random: () => number;
  readonly #handlers = new Set<() => void>();
  #session: Session | undefined;
  #shelf: Shelf;
  #counter = 0;
  #ended: EndReason | undefined;
  #held = 0;

  constructor({ lasting, passing, random }: { lasting: Shelf; passing: Shelf; random: () => number }) {
    this.#lasting = lasting;
    this.#passing = passing;
    this.#random = random;
    this.#shelf = passing;
    this.reread();
  }

  current(): Session | undefined {
    return this.#session;
  }

  /** Why the last session ended; undefined while one runs or none ever did. */
  get ended(): EndReason | undefined {
    return this.#ended;
  }

  begin(session: Session, stay: boolean): void {
    this.#forget();
    this.#shelf = stay ? this.#lasting : this.#passing;
    this.#session = session;
    this.#counter = 0;
    this.#ended = undefined;
    this.#shelf.setItem(sessionKey, JSON.stringify(session));
    this.#notify();
  }

  /** It outlives the tab. */
  get stays(): boolean {
    return this.#shelf === this.#lasting;
  }

  /** While the passphrase is changed the node ends the old session before the new one is here: no reason to leave the page. Returns what lets go. */
  hold(): () => void {
    this.#held++;
    return () => {
      this.#held--;
    };
  }

  end(reason: EndReason): void {
    if (this.#held > 0) return;
    this.#forget();
    this.#session = undefined;
    this.#ended = reason;
    this.#notify();
  }

  nextCounter(): number {
    const kept = Number(this.#shelf.getItem(counterKey));
    const known = Number.isSafeInteger(kept) ? kept : 0;
    this.#counter = Math.max(this.#counter, known) + 1;
    this.#shelf.setItem(counterKey, String(this.#counter));
    return this.#counter;
  }

  /**
   * Two tabs that count in the same instant can hand out one counter twice, and the node refuses the second. Skipping ahead by a chance
   * distance parts them; the caller then sends again.
   */
  skipAhead(): void {
    this.#counter = this.nextCounter() + Math.floor(this.#random() * 32);
    this.#shelf.setItem(counterKey, String(this.#counter));
  }

  /** Another tab may have logged in or out. */
  reread(): void {
    const before = this.#session?.id;
    this.#session = undefined;
    for (const shelf of [this.#lasting, this.#passing]) {
      const session = parse(shelf.getItem(sessionKey));
      if (!session) continue;
      this.#session = session;
      this.#shelf = shelf;
      break;
    }
    if (before !== this.#session?.id) this.#notify();
  }

  readonly subscribe = (handler: () => void): (() => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  #forget(): void {
    for (const shelf of [this.#lasting, this.#passing]) {
      shelf.removeItem(sessionKey);
      shelf.removeItem(counterKey);
    }
  }

  #notify(): void {
    for (const handler of this.#handlers) handler();
  }
}

function parse(text: string | null): Session | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null || !('id' in value) || !('key' in value)) return undefined;
    const { id, key } = value;
    return typeof id === 'string' && typeof key === 'string' ? { id, key } : undefined;
  } catch {
    return undefined;
  }
}

/** A shelf that forgets with the page, for browsers that refuse storage. */
export function memoryShelf(): Shelf {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value), removeItem: (key) => void items.delete(key) };
}

/** The browser's shelf of that name, or one in memory. */
export function browserShelf(name: 'localStorage' | 'sessionStorage'): Shelf {
  try {
    const shelf = window[name];
    shelf.setItem('energymesh.probe', '1');
    shelf.removeItem('energymesh.probe');
    return shelf;
  } catch {
    return memoryShelf();
  }
}
