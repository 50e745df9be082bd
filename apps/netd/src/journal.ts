import * as z from 'zod';
import type { Disk } from './disk.ts';
import { paths } from './paths.ts';

const generation = z.int().min(1);
const schema = z.strictObject({
  version: z.literal(1),
  /** null: nothing was ever confirmed. */
  confirmed: generation.nullable(),
  /** The change under way. Written before anything of the host changes, taken out when all of it has: between the two, whoever comes next goes back. */
  pending: z
    .strictObject({
      id: z.string().max(64),
      generation,
      /** changing: forth or back, so nothing is known of the host until that is done. waiting: in force, all of it. */
      stage: z.enum(['changing', 'waiting']),
      bootId: z.string().max(64),
      deadlineUptimeSeconds: z.number(),
    })
    .nullable(),
  next: generation,
  /** Every unit that may be running or enabled because of us: written before it is, taken out after it is not. */
  units: z.array(z.string().max(100)).max(64),
});
export type Journal = z.output<typeof schema>;
export type Pending = NonNullable<Journal['pending']>;

const empty: Journal = { version: 1, confirmed: null, pending: null, next: 1, units: [] };

class JournalBroken extends Error {
  constructor(why: string) {
    super(`${paths.journal} cannot be read (${why}). Restore it, or remove it to begin without a confirmed state`);
    this.name = 'JournalBroken';
  }
}

export function loadJournal(disk: Disk): Journal {
  const text = disk.read(paths.journal);
  if (text === undefined) return empty;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JournalBroken('not JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new JournalBroken('not as expected');
  return parsed.data;
}

/** The one commit point: on the disk when it returns. */
export function saveJournal(disk: Disk, journal: Journal): Journal {
  disk.makeFolder(paths.store, 0o700);
  disk.write(paths.journal, `${JSON.stringify(journal)}\n`, 0o600);
  return journal;
}
