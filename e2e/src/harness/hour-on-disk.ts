import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AgentProcess } from '../community/agent-process.ts';

/** What a node has on its disk about an hour: all that it knows after it was killed. */
export interface HourOnDisk {
  /** Packets in the receipts of that hour. */
  readonly receipted: number;
  /** Which of its record's facts are there: apps/agent/src/reward-ports.ts, `HourRecord`. */
  readonly facts: ReadonlySet<string>;
}

export function hourOnDisk({ dir }: AgentProcess, epoch: number): HourOnDisk {
  const db = new DatabaseSync(join(dir, 'state.db'), { readOnly: true, timeout: 5000 });
  try {
    const row = db.prepare('SELECT record FROM reward_hours WHERE epoch = ?').get(epoch) as { record: string } | undefined;
    const { packets } = db.prepare('SELECT coalesce(sum(packets), 0) AS packets FROM receipts WHERE epoch = ?').get(epoch) as { packets: number };
    return { receipted: packets, facts: new Set(row ? Object.keys(JSON.parse(row.record) as object) : []) };
  } finally {
    db.close();
  }
}
