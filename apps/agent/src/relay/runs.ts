import type { EntryId, EntryRun } from '@energymesh/protocol';

/** The fewest runs that cover these entries, each of one origin, incarnation, stream and class. */
export function runsOf(ids: readonly EntryId[]): EntryRun[] {
  const groups = new Map<string, EntryId[]>();
  for (const id of ids) {
    const key = `${id.origin}.${id.incarnation}.${id.stream}.${id.class}`;
    const group = groups.get(key);
    if (group) group.push(id);
    else groups.set(key, [id]);
  }
  const runs: EntryRun[] = [];
  for (const group of groups.values()) {
    group.sort((a, b) => a.sequence - b.sequence);
    let first = group[0]!;
    let count = 1;
    for (const id of group.slice(1)) {
      const step = id.sequence - (first.sequence + count - 1);
      if (step === 0) continue;
      if (step === 1) {
        count++;
        continue;
      }
      runs.push(runFrom(first, count));
      first = id;
      count = 1;
    }
    runs.push(runFrom(first, count));
  }
  return runs;
}

const runFrom = ({ origin, incarnation, stream, class: cls, sequence }: EntryId, count: number): EntryRun => ({
  origin,
  incarnation,
  stream,
  class: cls,
  first: sequence,
  count,
});

/** `<origin>.<incarnation>.<class>.<sequence>`: how an entry of stream "backend" is named outside the mesh. docs/devices.md */
export const entryName = (id: EntryId): string => `${id.origin}.${id.incarnation}.${id.class}.${id.sequence}`;
