import { parseArgs } from 'node:util';
import { type Clock, clocks } from './events.ts';
import type { Scenario } from './scenarios/scenario.ts';

export const usage = 'usage: npm run radio-lab -- <scenario ...|short|all> [--json] [--clock virtual|real]\n       npm run radio-lab -- list | build';

const isClock = (name: string): name is Clock => (clocks as readonly string[]).includes(name);

export type Order = { readonly do: 'list' } | { readonly do: 'build' } | { readonly do: 'run'; readonly json: boolean; readonly boots: readonly Boot[] };

/** The machine is started once for each clock that is needed. */
export interface Boot {
  readonly clock: Clock;
  readonly scenarios: readonly Scenario[];
}

/** Scenarios in the order of the list, each once. Undefined with a reason when the arguments mean nothing. */
export function readArguments(argv: readonly string[], known: readonly Scenario[]): Order | { readonly wrong: string } {
  let values: { json: boolean; clock?: string };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, clock: { type: 'string' } },
    }));
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { json, clock } = values;
  if (clock !== undefined && !isClock(clock)) return { wrong: `--clock: expected ${clocks.join(', ')}, got "${clock}"` };
  const [first] = positionals;
  if (first === undefined) return { wrong: 'which scenario?' };
  if (positionals.length === 1 && (first === 'list' || first === 'build')) return { do: first };
  const unknown = positionals.filter((name) => name !== 'short' && name !== 'all' && !known.some((s) => s.name === name));
  if (unknown.length) return { wrong: `no scenario ${unknown.join(', ')}; there are: ${known.map((s) => s.name).join(', ')}` };
  const wanted = known.filter((s) => positionals.includes(s.name) || positionals.includes('all') || (s.short && positionals.includes('short')));
  const clockOf = (scenario: Scenario): Clock => clock ?? scenario.clock ?? 'virtual';
  const boots = clocks.map((one) => ({ clock: one, scenarios: wanted.filter((s) => clockOf(s) === one) })).filter(({ scenarios }) => scenarios.length > 0);
  return { do: 'run', json, boots };
}
