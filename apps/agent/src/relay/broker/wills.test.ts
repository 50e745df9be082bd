import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Will, Wills } from './wills.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-wills-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = (willsMax?: number) => new Wills(join(folder, 'sub', 'wills.db'), willsMax);
const will = (clientId: string, over: Partial<Will> = {}): Will => ({
  clientId,
  device: clientId.split(':')[0] ?? clientId,
  topic: `em/${clientId}/state`,
  payload: Buffer.from('gone'),
  qos: 1,
  retain: true,
  ...over,
});

test('a will is found by its client, before and after a restart', () => {
  const before = open();
  before.keep(will('lock-1'));
  before.keep(will('meter-1', { retain: false, qos: 0 }));
  expect(before.of('lock-1')).toEqual(will('lock-1'));
  expect(before.of('somebody')).toBeUndefined();
  before.close();
  const after = open();
  expect(after.left()).toEqual([will('lock-1'), will('meter-1', { retain: false, qos: 0 })]);
  after.drop('lock-1');
  expect(after.of('lock-1')).toBeUndefined();
  after.close();
});

test('all wills of a device go together', () => {
  const wills = open();
  for (const client of ['lock-1', 'lock-1:b', 'lock-2']) wills.keep(will(client));
  wills.dropDevice('lock-1');
  expect(wills.left().map(({ clientId }) => clientId)).toEqual(['lock-2']);
  wills.close();
});

test('they are bounded: the one kept longest is forgotten, and keeping one anew makes it young', () => {
  const wills = open(3);
  for (const client of ['a', 'b', 'c', 'a', 'd']) wills.keep(will(client));
  expect(wills.left().map(({ clientId }) => clientId)).toEqual(['c', 'a', 'd']);
  wills.close();
});
