/** Runs inside the virtual machine: `node main.ts run.json`. Tells what happens on stdout, see events.ts. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunOrder } from '../events.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Edge } from './air.ts';
import { Lab } from './lab.ts';
import { Village } from './village.ts';

const file = process.argv[2] as string;
const order = JSON.parse(readFileSync(file, 'utf8')) as RunOrder;
const lab = new Lab(dirname(file));
let village: Village | undefined;
const around = {
  async village(edges: readonly Edge[]): Promise<Village> {
    if (village) lab.air(edges);
    else village = lab.keep(await Village.open(lab, edges));
    return village;
  },
};
for (const name of order.scenarios) {
  const scenario = scenarios.find((s) => s.name === name);
  lab.tell({ scenario: name });
  try {
    await scenario?.run(lab, around);
  } catch (error) {
    lab.tell({ failed: `${name}: ${(error as Error).message}` });
  }
}
await lab.close().catch((error: Error) => lab.tell({ failed: `closing: ${error.message}` }));
lab.tell({ done: true });
process.exit(0);
