import type { Clock } from '../events.ts';
import type { Edge } from '../guest/air.ts';
import type { Lab } from '../guest/lab.ts';
import type { Village } from '../guest/village.ts';

export interface Scenario {
  readonly name: string;
  /** One line for `list`. */
  readonly what: string;
  /** Part of `npm test`. */
  readonly short: boolean;
  readonly secondsMax: number;
  /** Where computing is part of what is measured; else virtual. */
  readonly clock?: Clock;
  run(lab: Lab, village: Around): Promise<void>;
}

export interface Around {
  /** The village on this air: started by the scenario that comes first, and linked anew for every other. */
  village(edges: readonly Edge[]): Promise<Village>;
}
