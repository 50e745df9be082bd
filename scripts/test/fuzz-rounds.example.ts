import fc, { assert, integer, property } from 'fast-check';
import { test } from 'vitest';

test('counts its runs', () => {
  const tried = [0, 0];
  fc.assert(
    fc.property(fc.integer(), () => void tried[0]!++),
    { numRuns: 8 },
  );
  assert(
    property(integer(), () => void tried[1]!++),
    { numRuns: 8 },
  );
  console.log(`tried ${tried[0]} times, ${tried[1]} times`);
});
