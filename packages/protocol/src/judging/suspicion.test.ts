import { expect, test } from 'vitest';
import { type SuspicionInput, suspicionOf } from './suspicion.ts';

const honest: SuspicionInput = {
  packetCount: 1000,
  found: { receipted: 1000, left: {} },
  complete: true,
  audited: false,
  onProbation: false,
  owes: false,
  challenge: { probationBp: 1000, surplusBp: 1000 },
  lot: 0,
};

test('an honest hour of a known node is let be, and so is one that is drawn, or of nothing', () => {
  expect(suspicionOf(honest)).toBeUndefined();
  const odd = { ...honest, found: { receipted: 1, left: {} } };
  expect(suspicionOf(odd)).toBe('sums-differ');
  expect(suspicionOf({ ...odd, audited: true })).toBeUndefined();
  expect(suspicionOf({ ...odd, packetCount: 0 })).toBeUndefined();
});

test('what did not arrive or is in no list may be a tenth', () => {
  expect(suspicionOf({ ...honest, found: { receipted: 1000, left: { 'not-arrived': 100 } } })).toBeUndefined();
  expect(suspicionOf({ ...honest, found: { receipted: 1000, left: { 'not-arrived': 101 } } })).toBe('sums-differ');
  expect(suspicionOf({ ...honest, found: { receipted: 900, left: {} } })).toBeUndefined();
  expect(suspicionOf({ ...honest, found: { receipted: 950, left: { 'not-arrived': 51 } } })).toBe('sums-differ');
  expect(suspicionOf({ ...honest, found: { receipted: 1000, left: { 'unknown-device': 900, 'over-pair-cap': 100 } } })).toBeUndefined();
});

test('a list that says more than the proof is odd once all of it is here', () => {
  const more = { ...honest, found: { receipted: 1001, left: {} } };
  expect(suspicionOf(more)).toBe('sums-differ');
  expect(suspicionOf({ ...more, complete: false })).toBeUndefined();
});

test('of hours on probation the lot takes its share', () => {
  const share = Array.from({ length: 10_000 }, (_, lot) => suspicionOf({ ...honest, onProbation: true, lot })).filter((one) => one === 'on-probation');
  expect(share).toHaveLength(1000);
});

test('who owes an answer is asked for every hour, but for those that are drawn', () => {
  expect(suspicionOf({ ...honest, owes: true })).toBe('no-answer');
  expect(suspicionOf({ ...honest, owes: true, audited: true })).toBeUndefined();
  expect(suspicionOf({ ...honest, owes: true, packetCount: 0, found: { receipted: 0, left: {} } })).toBeUndefined();
});
