import type { Clock } from '../ports.ts';
import { dayStart } from './day.ts';

export interface DeviceRow {
  readonly id: string;
  readonly lastSeen: number;
  readonly day: number;
  readonly packets: number;
}
export interface DeviceStore {
  all(): DeviceRow[];
  save(rows: readonly DeviceRow[]): void;
  prune(before: number): void;
}

/** When each device was last heard and how many messages it sent today. Only devices that authenticated come here, so the directory bounds it. */
export class DeviceActivity {
  readonly #store: DeviceStore;
  readonly #clock: Clock;
  readonly #rows: Map<string, DeviceRow>;
  readonly #dirty = new Set<string>();
  #cancel: () => void = () => {};
  readonly #onStoreError: (error: unknown) => void;

  private constructor(options: { store: DeviceStore; clock: Clock; onStoreError: (error: unknown) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onStoreError = options.onStoreError;
    this.#rows = new Map(options.store.all().map((row) => [row.id, row]));
  }

  static open(options: { store: DeviceStore; clock: Clock; onStoreError: (error: unknown) => void; flushMs?: number }): DeviceActivity {
    options.store.prune(options.clock.wall() - 400 * 24 * 3_600_000);
    const activity = new DeviceActivity(options);
    const tick = () => {
      activity.#flush();
      activity.#cancel = options.clock.after(options.flushMs ?? 5000, tick);
    };
    tick();
    return activity;
  }

  seen(id: string, packets: number): void {
    const now = this.#clock.wall();
    const day = dayStart(now);
    const before = this.#rows.get(id);
    this.#rows.set(id, { id, lastSeen: now, day, packets: (before?.day === day ? before.packets : 0) + packets });
    this.#dirty.add(id);
  }

  read(id: string): { lastSeen: number | undefined; packetsToday: number } {
    const row = this.#rows.get(id);
    return { lastSeen: row?.lastSeen, packetsToday: row?.day === dayStart(this.#clock.wall()) ? row.packets : 0 };
  }

  #flush(): void {
    if (this.#dirty.size === 0) return;
    try {
      this.#store.save([...this.#dirty].flatMap((id) => this.#rows.get(id) ?? []));
      this.#dirty.clear();
    } catch (error) {
      this.#onStoreError(error);
    }
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#flush();
  }
}
