import { setTimeout as delay } from 'node:timers/promises';

/** Asks again every 100 ms, or `everyMs`, until the answer is true; rejects, naming what was awaited, after `msMax`. Processes give no event across their border. */
export async function until(what: string, msMax: number, ask: () => Promise<boolean> | boolean, everyMs = 100): Promise<void> {
  const end = performance.now() + msMax;
  for (;;) {
    if (await ask()) return;
    if (performance.now() > end) throw new Error(`waited ${msMax} ms for ${what}`);
    await delay(everyMs);
  }
}
