import * as z from 'zod';

/** Where the reader writes, in a folder of its own, every `snapshotEverySeconds`, by rename. */
export const snapshotPath = '/run/energymesh/radio/radio.json';
export const snapshotEverySeconds = 5;
/** A larger file is not the reader's. */
export const snapshotBytesMax = 8 * 1024 * 1024;

const schema = z.strictObject({
  version: z.literal(1),
  /** /proc/uptime when the reader began: a Pi's clock may jump. */
  uptimeSeconds: z.number().min(0).max(1e10),
  /** By topic, "stations@mesh0" where it is about one interface: what the program printed, and its exit status. */
  outputs: z.record(
    z.string().regex(/^[a-z-]{1,32}(@[A-Za-z0-9._-]{1,15})?$/),
    z.strictObject({ exit: z.int().min(0).max(255), text: z.string().max(1024 * 1024) }),
  ),
});

/** What programs said, unread: the reader, which has a capability, understands none of it. */
export type RadioSnapshot = z.output<typeof schema>;

/** Never throws; a string says what is wrong with the file. */
export function parseSnapshot(text: string): RadioSnapshot | string {
  if (text.length > snapshotBytesMax) return 'the snapshot is too long';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the snapshot is not JSON';
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return `the snapshot is not as expected: ${parsed.error.issues[0]?.path.slice(0, 2).map(String).join('.').slice(0, 80) ?? ''}`;
  if (Object.keys(parsed.data.outputs).length > outputsMax) return 'the snapshot holds too much';
  return parsed.data;
}
const outputsMax = 128;
