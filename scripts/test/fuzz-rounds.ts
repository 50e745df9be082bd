/** Set-up file of vitest: every property is tried `numRuns` times the budget's factor. Without a budget nothing is touched. */
import type * as FastCheck from 'fast-check';
import { vi } from 'vitest';
import { fuzzFactor } from './fuzz-budget.ts';

/** fast-check's own, when a test names none. */
const standardRuns = 100;
const factor = fuzzFactor(process.env);

if (factor !== 1)
  vi.doMock('fast-check', async (original) => {
    const whole = await original<typeof FastCheck>();
    const assert = ((property: never, parameters?: { numRuns?: number }) =>
      whole.assert(property, { ...parameters, numRuns: Math.ceil((parameters?.numRuns ?? standardRuns) * factor) } as never)) as typeof whole.assert;
    return { ...whole, assert, default: { ...whole.default, assert } };
  });
