import { writeFileSync, writeSync } from 'node:fs';
import type { Measured } from '@energymesh/figures';
import { eventLine, type LabEvent } from '../events.ts';
import { type Edge, groupMasks } from './air.ts';

/** The radios of the machine; each scenario says who hears whom. 0 to 4 are the village's nodes a to e, the others one scenario's each. */
export const radios = 15;

class MustHold extends Error {
  override readonly name = 'MustHold';
}

/** What a scenario has of the lab itself: the air, and how it tells what it found. */
export class Lab {
  /** The run's folder, on the host: logs and captures. */
  readonly dir: string;
  readonly #closing: AsyncDisposable[] = [];

  constructor(dir: string) {
    this.dir = dir;
  }

  tell(event: LabEvent): void {
    writeSync(1, eventLine(event));
  }

  step(what: string): void {
    this.tell({ step: what });
  }

  figure(measured: Measured): void {
    this.tell({ figure: measured });
  }

  /** One assertion of a scenario, counted. Ends the scenario when it does not hold. */
  must(what: string, holds: boolean, otherwise = ''): void {
    if (!holds) throw new MustHold(otherwise ? `${what} (${otherwise})` : what);
    this.tell({ passed: what });
  }

  /** Who hears whom from now on; radios in no edge are off the air. */
  air(edges: readonly Edge[]): void {
    for (const [i, mask] of groupMasks(radios, edges).entries()) writeFileSync(`/sys/kernel/debug/ieee80211/phy${i}/hwsim/group`, String(mask));
  }

  /** Ended after the last scenario, in reverse order. */
  keep<T extends AsyncDisposable>(resource: T): T {
    this.#closing.push(resource);
    return resource;
  }

  async close(): Promise<void> {
    for (const resource of this.#closing.splice(0).reverse()) await resource[Symbol.asyncDispose]();
  }
}
