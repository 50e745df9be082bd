import { describe, expect, it } from 'vitest';
import { overlap, spotsAround, within } from './spots.ts';

const box = [10, 10, 30, 20] as const;

describe('a line and a box', () => {
  it('measures what lies inside', () => {
    expect(within([0, 15, 40, 15], box)).toBeCloseTo(20);
    expect(within([20, 0, 20, 40], box)).toBeCloseTo(10);
    expect(within([15, 15, 100, 15], box)).toBeCloseTo(15);
  });

  it('is undefined where they do not touch', () => {
    expect(within([0, 0, 40, 0], box)).toBeUndefined();
    expect(within([0, 15, 9, 15], box)).toBeUndefined();
    expect(within([0, 30, 20, 25], box)).toBeUndefined();
  });
});

it('no spot for a name lies over its own node', () => {
  const mark = [92, 92, 108, 108] as const;
  for (const [x, y] of spotsAround(100, 100, 12, 60, 8)) expect(overlap([x, y - 8, x + 60, y + 8], mark)).toBe(false);
});
