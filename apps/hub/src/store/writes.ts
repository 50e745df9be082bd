import type { Row } from '../ingest/row.ts';
import type { Session } from './database.ts';
import { writeBatch } from './messages.ts';
import { type SessionChange, withoutSettled, writeSessionChanges } from './sessions.ts';

/** What is written in groups: messages, and steps in the life of the embedded broker's sessions. */
export type Write = Row | SessionChange;

/** A group, for one transaction. */
export interface Writes {
  readonly rows: readonly Row[];
  readonly changes: readonly SessionChange[];
  /** Devices of this community among those of the rows. */
  readonly enrolled: readonly string[];
}

/** `isEnrolled`: whether a device is of this community. */
export function gathered(writes: readonly Write[], isEnrolled: (device: string) => boolean): Writes {
  const rows = writes.filter((write) => 'table' in write);
  const changes = withoutSettled(writes.filter((write) => 'change' in write));
  const devices = new Set(rows.flatMap((row) => (row.table === 'telemetry' ? [row.device] : [])));
  return { rows, changes, enrolled: [...devices].filter(isEnrolled) };
}

export const isEmpty = ({ rows, changes }: Writes): boolean => rows.length === 0 && changes.length === 0;

/** In the caller's transaction. */
export async function writeGathered(session: Session, { rows, changes, enrolled }: Writes): Promise<void> {
  const known = new Set(enrolled);
  if (rows.length > 0) await writeBatch(session, rows, (device) => known.has(device));
  await writeSessionChanges(session, changes);
}

/** Beside the payload a row has some hundred bytes. */
export function bytesOf(write: Write): number {
  if ('table' in write) return 200 + write.payload.length;
  return write.change === 'queue' ? 200 + write.row.payload.length : 100;
}
