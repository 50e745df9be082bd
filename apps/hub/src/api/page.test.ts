import { expect, test } from 'vitest';
import { page, sentence, span, stateOf } from './page.ts';
import type { Stats } from './stats.ts';

const now = Date.UTC(2026, 10, 1, 12);
const min = 60_000;
const node = (name: string, more: Partial<Stats['nodes'][number]> = {}): Stats['nodes'][number] => ({
  ...{ node: 'a568f6a652fc72f0', name, gateway: false, revoked: false, enrolledAt: now - 60 * min, lastMessageAt: now - 2000, lastReportAt: now - 4 * min },
  ...more,
});
const stats = (more: Partial<Stats> = {}): Stats => ({
  at: now,
  startedAt: now - 90 * min,
  community: { id: '3adc452af20a1527', name: 'Millbrook', document: 7 },
  ...{ received: 120, unique: 118, duplicates: 2, resent: 0, withoutId: 0, reports: 3, expired: 0, waiting: 0, refused: {} },
  devices: [{ device: 'meter-1', received: 120, unique: 118, duplicates: 2, lastAt: now - 2000, lastNode: 'a568f6a652fc72f0' }],
  nodes: [node('Bakery')],
  devicesEnrolled: 1,
  broker: { kind: 'embedded', connected: true, sessions: ['em-a568f6a652fc72f0'], kept: 1, waiting: 4, refused: {} },
  ...more,
});

test('times are told in their largest whole unit', () => {
  expect([0, 59_400, 90 * min, 26 * 60 * min, 49 * 60 * min].map(span)).toEqual(['0 s', '59 s', '1 h', '1 day', '2 days']);
});

test('a node that missed two reports is quiet, one that has just joined is not', () => {
  const at = (more: object) => stateOf(node('x', more), now);
  expect(at({})).toBe('well');
  expect(at({ lastMessageAt: now - 12 * min, lastReportAt: now - 10 * min })).toBe('well');
  expect(at({ lastMessageAt: now - 12 * min, lastReportAt: null })).toBe('quiet');
  expect(at({ lastMessageAt: null, lastReportAt: null, enrolledAt: now - min })).toBe('new');
  expect(at({ revoked: true })).toBe('revoked');
});

test('one sentence says how the community is, and what is wrong comes first', () => {
  expect(sentence(stats())).toBe('Running for 1 h. 1 node, 1 device. Last heard 2 s ago.');
  const quiet = node('Mill', { lastMessageAt: now - 20 * min, lastReportAt: null });
  expect(sentence(stats({ nodes: [node('Bakery'), quiet] }))).toBe('Running for 1 h. 2 nodes, 1 device. Mill has gone quiet.');
  expect(sentence(stats({ nodes: [quiet, quiet] }))).toContain('2 nodes have gone quiet.');
  expect(sentence(stats({ nodes: [] }))).toContain('No node has joined yet.');
  expect(sentence(stats({ broker: { kind: 'external', connected: false, sessions: [], refused: {} } }))).toContain('nothing arrives');
});

test('the page names nodes, says what waits and what was refused, and holds no markup of others', async () => {
  const text = String(await page(stats({ nodes: [node('<b>Bakery</b>')], refused: { 'wrong-node': 3 } })));
  for (const part of ['118', 'through &lt;b&gt;Bakery&lt;/b&gt;', '4 messages for who is away', 'wrong-node', '2 came twice']) expect(text).toContain(part);
  expect(text).not.toContain('<b>');
});
