import { defaultParams } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import type { HourRecord } from '../reward-book.ts';
import { type Circumstances, stateOf } from './hour.ts';

const ledger = { by: 'ledger' } as const;
const value = new Uint8Array(32).fill(7);
const record: HourRecord = {
  epoch: 100,
  proof: { packets: 10, root: '11'.repeat(32), signature: '22'.repeat(64) },
  proved: { ...ledger, accepted: 101, packets: 10, root: '11'.repeat(32) },
  attested: { ...ledger, earning: 10, uptimeBp: 10_000 },
};
const at = (epoch: number): Circumstances => ({
  ...{ epoch, node: new Uint8Array(32), blind: false, onProbation: () => false },
  params: () => ({ ...defaultParams, auditBp: 0 }),
  value: () => ({ value, drawn: false }),
});

test('an hour that nobody claimed for forty days is over', () => {
  expect(stateOf(record, at(101 + 959))).toEqual({ at: 'claimable' });
  expect(stateOf(record, at(101 + 960))).toEqual({ at: 'refused' });
  expect(stateOf({ ...record, paid: { ...ledger, amount: '1' } }, at(101 + 960))).toEqual({ at: 'paid' });
});

test('an hour is shown until the later of what the rule and the hub say', () => {
  const draw = (deadline: number) => ({ ...record, draw: { accepted: 101, value: '77'.repeat(32), samples: 8, deadline } });
  const { revealEpochs } = defaultParams;
  expect(stateOf(draw(101), at(110))).toMatchObject({ at: 'to-show', deadline: 102 + revealEpochs, missed: false });
  expect(stateOf(draw(900), at(500))).toMatchObject({ at: 'to-show', deadline: 900, missed: false });
  expect(stateOf(draw(101), at(103 + revealEpochs))).toMatchObject({ at: 'to-show', missed: true });
});
