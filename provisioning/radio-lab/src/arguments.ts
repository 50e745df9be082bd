import { parseArgs } from 'node:util';
import { type Clock, clocks } from './events.ts';
import type { Scenario } from './scenarios/scenario.ts';

export const usage =
  'usage: npm run radio-lab -- <scenario ...|short|all> [--json] [--clock virtual|counted|real]\n       npm run radio-lab -- list | build\n       npm run radio-lab -- list    what there is';

const isClock = (name: string): name is Clock => (clocks as readonly string[]).includes(name);

export type Order =
  | { readonly do: 'list' }
  | { readonly do: 'build' }
  | { readonly do: 'run'; readonly scenarios: readonly Scenario[]; readonly json: boolean; readonly clock: Clock };

/** Scenarios in the order of the list, each once. Undefined with a reason when the arguments mean nothing. */
export function readArguments(argv: readonly string[], known: readonly Scenario[]): Order | { readonly wrong: string } {
  let values: { json: boolean; clock: string };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, clock: { type: 'string', default: 'virtual' } },
    }));
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { json, clock } = values;
  if (!isClock(clock)) return { wrong: `--clock: expected ${clocks.join(', ')}, got "${clock}"` };
  const [first] = positionals;
  if (first === undefined) return { wrong: 'which scenario?' };
  if (positionals.length === 1 && (first === 'list' || first === 'build')) return { do: first };
  const unknown = positionals.filter((name) => name !== 'short' && name !== 'all' && !known.some((s) => s.name === name));
  if (unknown.length) return { wrong: `no scenario ${unknown.join(', ')}; there are: ${known.map((s) => s.name).join(', ')}` };
  const wanted = known.filter((s) => positionals.includes(s.name) || positionals.includes('all') || (s.short && positionals.includes('short')));
  return { do: 'run', scenarios: wanted, json, clock };
}
