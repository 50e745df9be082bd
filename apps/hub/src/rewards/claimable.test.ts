import { defaultParams } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import type { HourRow } from '../store/rewards/hours.ts';
import { claimable } from './claimable.ts';

const hour = { accepted: 101, closed: null, attestedTx: 'a', revealedTx: null, packets: 10, mustShow: false } as HourRow;
const at = (epoch: number, of: Partial<HourRow> = {}, drawn = false) =>
  claimable({ ...hour, ...of }, { value: { epoch: 102, value: '', known: 102, drawn }, params: defaultParams, epoch });

test('an hour can be claimed when the contract pays it', () => {
  expect(claimable(undefined, { value: undefined, params: defaultParams, epoch: 200 })).toBe('NoProof');
  expect(claimable(hour, { value: undefined, params: defaultParams, epoch: 200 })).toBe('SeedUnknown');
  expect([at(102), at(103), at(1060), at(1061)]).toEqual(['NotSettled', 'yes', 'yes', 'Lapsed']);
  expect([at(103, { attestedTx: null }), at(269, { attestedTx: null }), at(269, { attestedTx: null, revealedTx: 'r' })]).toEqual([
    'NotSettled',
    'MustReveal',
    'yes',
  ]);
  expect([at(200, { mustShow: true }), at(200, {}, true), at(200, { mustShow: true, packets: 0 })]).toEqual(['MustReveal', 'MustReveal', 'yes']);
  expect([at(200, { closed: 'paid' }), at(200, { accepted: null })]).toEqual(['closed', 'NoProof']);
});
