/** What became of every message of a run, seen from outside the system. */
export interface Message {
  readonly origin: number;
  readonly submittedAt: number;
  /** Published to time a healing, not by a meter: left out of the latencies. */
  readonly probe: boolean;
  /** Entry ids under which the receiver got it: more than one is a duplicate that no dedupe by id can see. */
  readonly ids: Set<string>;
  deliveredAt: number | undefined;
  /** The origin was told that it is delivered. */
  releasedAt: number | undefined;
  expired: boolean;
}

export class Ledger {
  readonly messages: Message[] = [];
  /** Entries that arrived again under the same id (the hub drops them). */
  rawDuplicates = 0;
  readonly latenciesMs: number[] = [];

  submit(origin: number, now: number, probe: boolean): number {
    this.messages.push({ origin, submittedAt: now, probe, ids: new Set(), deliveredAt: undefined, releasedAt: undefined, expired: false });
    return this.messages.length - 1;
  }

  /** True when it is the first time. */
  deliver(message: number, id: string, now: number): boolean {
    const m = this.messages[message];
    if (!m) throw new Error(`message ${message} was never submitted`);
    if (m.ids.has(id)) this.rawDuplicates++;
    m.ids.add(id);
    if (m.deliveredAt !== undefined) return false;
    m.deliveredAt = now;
    if (!m.probe) this.latenciesMs.push(now - m.submittedAt);
    return true;
  }

  verdict(): { submitted: number; delivered: number; lost: number; duplicates: number; releasedUndelivered: number } {
    let delivered = 0;
    let lost = 0;
    let duplicates = 0;
    let releasedUndelivered = 0;
    for (const m of this.messages) {
      if (m.deliveredAt !== undefined) delivered++;
      else if (!m.expired) lost++;
      if (m.deliveredAt === undefined && m.releasedAt !== undefined) releasedUndelivered++;
      duplicates += Math.max(0, m.ids.size - 1);
    }
    return { submitted: this.messages.length, delivered, lost, duplicates, releasedUndelivered };
  }
}
