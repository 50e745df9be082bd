import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of this process's tests, and whether their user is done with them. */
const folders = new Map<string, 'used' | 'done'>();
let judged = false;

/** A folder of its own for a test, in the system's temporary one. Whoever makes it discards it. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `energymesh-${name}-`));
  folders.set(folder, 'used');
  return folder;
}

/** Removes it: at once, or where the runner tells how a test ended (`testEnded`) then. */
export function discard(folder: string): void {
  if (!folders.has(folder)) return; // kept
  if (judged) folders.set(folder, 'done');
  else settle(folder, false);
}

/** From now on folders are removed by `testEnded`. */
export function waitForVerdicts(): void {
  judged = true;
}

/** After each test: what a failed one used stays, logs and all, and is named. */
export function testEnded(failed: boolean): void {
  for (const [folder, state] of folders) if (failed || state === 'done') settle(folder, failed);
}

function settle(folder: string, failed: boolean): void {
  folders.delete(folder);
  if (failed || process.env.KEEP_E2E) console.log(`kept, with logs: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
