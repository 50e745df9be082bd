import type { Rules } from '@energymesh/agent/rewards-schema';
import { rulesStrings } from '../../strings/rules.ts';
import type { Said } from '../work.tsx';

const words = rulesStrings.rules;

export type ParamName = keyof typeof words.params;
export const groups = {
  pay: ['stroopsPer1000', 'bonusUptimeBp', 'uptimeHighBp', 'bonusLatencyBp', 'latencyUsMax', 'penaltyBp', 'uptimeLowBp', 'epochBudget'],
  caps: ['nodeCap', 'pairCap', 'deviceQuota'],
  fair: ['probationEpochs', 'probationBp', 'auditBp', 'samples', 'revealEpochs'],
  vote: ['settleEpochs', 'quorumBp', 'votingEpochs', 'timelockEpochs'],
} as const satisfies Record<keyof typeof words.groups, readonly ParamName[]>;
export const paramNames: readonly ParamName[] = Object.values(groups).flat();

export const isParam = (name: string): name is ParamName => Object.hasOwn(words.params, name);

/** "0.01 XLM", "95 %", "100 ms": how the page writes a parameter. */
export const shown = (name: ParamName, value: number): string => words.units[words.params[name].unit](value);
export const unitOfParam = (name: ParamName): string => words.unitNames[words.params[name].unit];
export const boundsShown = (name: ParamName, { bounds }: Pick<Rules, 'bounds'>): string => {
  const of = bounds[name];
  return of ? words.bounds(shown(name, of.min), shown(name, of.max)) : '';
};

/** How many of the contract's units one of the page's is. */
const factors = { xlm: 10_000_000, bp: 100, us: 1000, packets: 1, hours: 1, count: 1 } as const;

/** As it stands in the field: 0.01 for 100,000 stroops. */
export const fieldText = (name: ParamName, value: number): string => (value / factors[words.params[name].unit]).toFixed(7).replace(/\.?0+$/, '');

/** What was typed, in the contract's units; or what is wrong with it. The contract holds every proposal to the same bounds. */
export function readValue(name: ParamName, text: string, { params, bounds }: Pick<Rules, 'params' | 'bounds'>): number | Said {
  const trimmed = text.trim();
  if (!/^(\d{1,14})(\.\d{1,7})?$/.test(trimmed)) return words.faults.number;
  const value = Number(trimmed) * factors[words.params[name].unit];
  const whole = Math.round(value);
  const of = bounds[name];
  if (Math.abs(value - whole) > 1e-6 || !of || whole < of.min || whole > of.max) return words.faults.bounds(boundsShown(name, { bounds }));
  if (whole === params[name]) return words.faults.same;
  const [low, high] = [name === 'uptimeLowBp' ? whole : (params.uptimeLowBp ?? 0), name === 'uptimeHighBp' ? whole : (params.uptimeHighBp ?? 10_000)];
  return low < high ? whole : words.faults.order;
}

/** What a proposal changes against what holds now. */
export const changesOf = (proposed: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): ParamName[] =>
  paramNames.filter((name) => proposed[name] !== undefined && proposed[name] !== now[name]);
