import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boundsShown, changesOf, fieldText, isParam, paramNames, readValue, shown, unitOfParam } from './params.ts';

/** The table of the specification itself: docs/proofs.md §8. */
const specification = readFileSync(new URL('../../../../../docs/proofs.md', import.meta.url), 'utf8');
const whole = (text: string): number => (text === '10^13' ? 1e13 : Number(text.replaceAll(',', '')));
const paramRules: Record<string, { min: number; max: number; initial: number }> = Object.fromEntries(
  [...specification.matchAll(/^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) to ([\d,^]+)/gm)].map(([, name = '', initial = '', min = '', max = '']) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    { min: whole(min), max: whole(max.replace(/,$/, '')), initial: whole(initial) },
  ]),
);
const ruleNames = Object.keys(paramRules);
const defaultParams = Object.fromEntries(ruleNames.map((name) => [name, paramRules[name]!.initial]));
const rules = { params: defaultParams, bounds: paramRules };

describe('the twenty parameters', () => {
  it('are those of the contract, each once, each with words', () => {
    expect(ruleNames).toHaveLength(20);
    expect([...paramNames].sort()).toEqual([...ruleNames].sort());
    expect(isParam('stroopsPer1000') && !isParam('toString')).toBe(true);
  });

  it('read as people say them', () => {
    expect(shown('stroopsPer1000', 100_000)).toBe('0.01 XLM');
    expect(shown('uptimeHighBp', 9500)).toBe('95 %');
    expect(shown('latencyUsMax', 100_000)).toBe('100 ms');
    expect(shown('epochBudget', 100_000_000)).toBe('10 XLM');
    expect(shown('probationEpochs', 1)).toBe('1 hour');
    expect(boundsShown('samples', rules)).toBe('1 to 16');
    expect(unitOfParam('penaltyBp')).toBe('per cent');
  });

  it.each(paramNames)('%s goes into its field and out again unchanged, at its bounds as well', (name) => {
    const { min, max, initial } = paramRules[name]!;
    for (const value of [min, max, initial]) {
      const free = {
        ...rules,
        params: { ...rules.params, [name]: -1, ...(name === 'uptimeLowBp' ? { uptimeHighBp: 10_000 } : name === 'uptimeHighBp' ? { uptimeLowBp: 0 } : {}) },
      };
      expect(readValue(name, fieldText(name, value), free)).toBe(value);
    }
  });

  it.each([
    ['stroopsPer1000', 'lots', 'That is no number.'],
    ['stroopsPer1000', '-1', 'That is no number.'],
    ['stroopsPer1000', '1e3', 'That is no number.'],
    ['stroopsPer1000', '1.1', 'Out of bounds.'],
    ['samples', '3.5', 'Out of bounds.'],
    ['samples', '17', 'Out of bounds.'],
    ['samples', '8', 'That is what holds now.'],
    ['uptimeLowBp', '95', '“Too little” has to lie below “most of the hour”.'],
    ['uptimeHighBp', '80', '“Too little” has to lie below “most of the hour”.'],
  ] as const)('%s: %s is refused in words', (name, text, say) => {
    expect(readValue(name, text, rules)).toMatchObject({ say });
  });
});

it('a proposal carries all parameters; only what differs is a change', () => {
  expect(changesOf({ ...defaultParams, samples: 9 }, rules.params)).toEqual(['samples']);
  expect(changesOf({ samples: 9, cheese: 1 }, rules.params)).toEqual(['samples']);
});
