import type { Clock } from '../ports.ts';
import type { Counters } from './counters.ts';
import { directionNames, type Report, type ReportCounter, type ReportNow, trafficNames } from './report.ts';

const dayMs = 24 * 3_600_000;
const retryMs = 15_000;
const settingKey = 'reports.reportedTo';

export interface ReporterOptions {
  readonly who: Pick<Report, 'node' | 'name' | 'community' | 'version' | 'incarnation'>;
  readonly counters: Pick<Counters, 'flush' | 'sums' | 'runs'>;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  readonly clock: Clock;
  readonly clockTrusted: () => boolean;
  readonly now: () => ReportNow;
  /** Resolves when the report is in custody (spooled here); rejects when it cannot be. */
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly onReported: (report: { from: number; to: number; late: boolean }) => void;
  readonly onFailed: (error: unknown) => void;
  /** Whole minutes, or a part of which a minute holds a whole number. */
  readonly everyMs?: number;
  /** Windows older than this are given up. */
  readonly backMsMax?: number;
}

/** The counters' slot that windows of this length are made of: minutes, or the window itself where it is a part of one. */
export const slotMsFor = (everyMs: number): number => Math.min(60_000, everyMs);

/**
 * Sends a report for every window in which this node ran, in order, also those that an outage or a restart kept back.
 * Delivery beyond this node is the spool's business: a report is done when it is in there.
 */
export class Reporter {
  readonly #options: Required<ReporterOptions>;
  readonly #topic: string;
  /** Spreads a community's reports over a tenth of the window, 30 s at most. */
  readonly #delayMs: number;
  #cancel: () => void = () => {};
  #stopped = false;
  #working: Promise<void> = Promise.resolve();

  private constructor(options: ReporterOptions) {
    this.#options = { everyMs: 300_000, backMsMax: 7 * dayMs, ...options };
    const { who, everyMs } = this.#options;
    this.#topic = `energymesh/${who.community}/node/${who.node}/report`;
    this.#delayMs = (Number.parseInt(who.node.slice(-4), 16) / 0x1_0000) * Math.min(30_000, everyMs / 10);
  }

  static open(options: ReporterOptions): Reporter {
    const reporter = new Reporter(options);
    reporter.#wake();
    return reporter;
  }

  #wake(): void {
    this.#working = this.#reportDue().then(
      () => this.#sleep(this.#untilNextMs()),
      (error) => {
        this.#options.onFailed(error);
        this.#sleep(Math.min(retryMs, this.#options.everyMs));
      },
    );
  }

  #sleep(ms: number): void {
    if (!this.#stopped) this.#cancel = this.#options.clock.after(ms, () => this.#wake());
  }

  #untilNextMs(): number {
    const { clock, everyMs } = this.#options;
    const now = clock.wall();
    const due = Math.floor((now - this.#delayMs) / everyMs) * everyMs + everyMs + this.#delayMs;
    return Math.max(1, due - now);
  }

  async #reportDue(): Promise<void> {
    const { clock, everyMs, backMsMax, settings, clockTrusted, counters } = this.#options;
    // Windows of 1970 help nobody; what was counted meanwhile is kept under that date.
    if (!clockTrusted()) return;
    const present = Math.floor(clock.wall() / everyMs) * everyMs;
    let from = Number(settings.get(settingKey) ?? present);
    // The clock was ahead and has been set back: go on from here.
    if (!Number.isFinite(from) || from > present) from = present;
    from = Math.max(from, Math.floor((present - backMsMax) / everyMs) * everyMs);
    settings.set(settingKey, String(from));
    counters.flush();
    for (; from < present && !this.#stopped; from += everyMs) {
      await this.#report(from, from + everyMs, present - (from + everyMs) >= everyMs);
      settings.set(settingKey, String(from + everyMs));
    }
  }

  async #report(from: number, to: number, late: boolean): Promise<void> {
    const { who, counters, clockTrusted, now, publish, onReported } = this.#options;
    const ranMs = counters.runs(from, to).reduce((sum, { startedAt, seenAt }) => sum + Math.max(0, Math.min(to, seenAt) - Math.max(from, startedAt)), 0);
    if (ranMs === 0) return;
    const report: Report = {
      v: 1,
      ...who,
      from,
      to,
      clockTrusted: clockTrusted(),
      counters: this.#merged(from, to),
      ranMs: Math.min(Math.round(ranMs), to - from),
      ...(late ? {} : { now: now() }),
    };
    await publish(this.#topic, new TextEncoder().encode(JSON.stringify(report)));
    onReported({ from, to, late });
  }

  #merged(from: number, to: number): ReportCounter[] {
    const merged = new Map<string, ReportCounter>();
    for (const { traffic, direction, class: cls, packets, bytes } of this.#options.counters.sums(from, to, to - from)) {
      const key = `${traffic} ${direction} ${cls}`;
      const before = merged.get(key);
      merged.set(key, {
        traffic: trafficNames[traffic] ?? 'device',
        direction: directionNames[direction] ?? 'between',
        class: cls,
        packets: packets + (before?.packets ?? 0),
        bytes: bytes + (before?.bytes ?? 0),
      });
    }
    return [...merged.values()];
  }

  /** Waits for a report that is being made; one more is not begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#working;
  }
}
