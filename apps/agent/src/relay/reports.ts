import type { NodeId, TrafficClass } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import type { Lost } from './spool.ts';

/** A command that its device will not get (from this node). docs/devices.md, "Expired reports" */
export interface CommandReport {
  readonly kind: 'command';
  readonly id: string | undefined;
  readonly device: string | undefined;
  readonly topic: string;
  /** The node that it was for. */
  readonly node: NodeId;
  /** Unix milliseconds, by this node's clock. */
  readonly at: number;
  readonly why: 'expired' | 'older-than-delivered' | 'retained' | 'too-big';
}

/** Entries that left the spool without having reached the backend, since the last such report. */
export interface LostReport {
  readonly kind: 'lost';
  readonly class: TrafficClass;
  readonly why: Lost['why'];
  readonly count: number;
  readonly at: number;
}

/** A message that the backend can never take: its topic or size is wrong for it. By the gateway that found out. */
export interface UnfitReport {
  readonly kind: 'unfit';
  /** The entry's, as in `em-id`. */
  readonly id: string;
  readonly topic: string;
  /** MQTT 5 reason code. */
  readonly code: number;
  readonly bytes: number;
  readonly at: number;
}
export type ExpiryReport = CommandReport | LostReport | UnfitReport;

const gatherMs = 10_000;

/** Says what was not delivered: commands one by one, entries upward gathered for 10 s. Reports of lost reports are counted only, else they would feed themselves. */
export class ExpiryReports {
  readonly #clock: Clock;
  readonly #send: (report: ExpiryReport) => void;
  readonly #gathered = new Map<string, { class: TrafficClass; why: Lost['why']; count: number }>();
  #cancel: (() => void) | undefined;

  constructor(options: { clock: Clock; send: (report: ExpiryReport) => void }) {
    this.#clock = options.clock;
    this.#send = options.send;
  }

  command(report: CommandReport): void {
    this.#send(report);
  }

  unfit(unfit: Omit<UnfitReport, 'kind' | 'at'>): void {
    this.#send({ kind: 'unfit', ...unfit, at: this.#clock.wall() });
  }

  lost(lost: Lost): void {
    if (lost.traffic === 2) return;
    const key = `${lost.class}/${lost.why}`;
    const sum = this.#gathered.get(key) ?? { class: lost.class, why: lost.why, count: 0 };
    sum.count += lost.count;
    this.#gathered.set(key, sum);
    this.#cancel ??= this.#clock.after(gatherMs, () => this.flush());
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const sum of this.#gathered.values()) this.#send({ kind: 'lost', ...sum, at: this.#clock.wall() });
    this.#gathered.clear();
  }
}
