import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Written before anything is wiped: a wiping that was cut off goes on at the next start. */
const marker = 'factory-reset';
/** What the wiping leaves: the hash of the configured invite, so that the node does not join by it again unasked. */
const spentFile = 'spent-invite';

export interface WipingFiles {
  /** Whole and on the disk when it returns, mode 0600. */
  readonly write: (path: string, text: string) => void;
}

/** From now on the data is wiped at the next start. */
export function markReset(dataDir: string, spentInvite: string | undefined, { write }: WipingFiles): void {
  write(join(dataDir, marker), `${spentInvite ?? ''}\n`);
}

/**
 * Wipes all data if that was asked for: keys, certificate, wallet, packets, history. Idempotent, cut off anywhere: the marker goes last. Call it before
 * anything is opened. The disk's own leftovers (a card keeps old cells) are not wiped.
 */
export function wipeIfMarked(dataDir: string, { write }: WipingFiles): boolean {
  const path = join(dataDir, marker);
  if (!existsSync(path)) return false;
  const spent = readFileSync(path, 'utf8').trim();
  for (const name of readdirSync(dataDir)) if (name !== marker) rmSync(join(dataDir, name), { recursive: true, force: true });
  if (/^[0-9a-f]{32}$/.test(spent)) write(join(dataDir, spentFile), `${spent}\n`);
  rmSync(path);
  return true;
}

export function spentInvite(dataDir: string): string | undefined {
  const path = join(dataDir, spentFile);
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return /^[0-9a-f]{32}$/.test(text) ? text : undefined;
}
