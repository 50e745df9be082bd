import { describe, expect, it } from 'vitest';
import type { Status } from '../live/model.ts';
import { counted, sentence, spoken } from './sentence.ts';
import { carrying, type Link, situationOf } from './situation.ts';

const now = Date.UTC(2026, 8, 17, 12, 32);
const minutes = (count: number) => count * 60_000;
const days = (count: number) => minutes(count * 1440);
const live: Link = { at: 'live' };

function status(overrides: Partial<Status> = {}): Status {
  return {
    at: now,
    node: { id: 'a'.repeat(16), name: 'Mill Lane 7', fingerprint: 'ABCD', community: 'Millbrook', version: '0.1.0', gateway: false },
    startedAt: now - days(12),
    timeZone: 'Europe/Zurich',
    wellness: { well: true, problems: [], clockTrusted: true },
    carrying: { packetsToday: 18204, packetsLastMinute: 21, waiting: 14, waitingOldestMs: 4000, lost: 0 },
    neighbours: 5,
    devices: { connected: 3, known: 3 },
    gateway: { id: 'b'.repeat(16), name: 'School roof', hops: 1, costMs: 7, since: now - minutes(30) },
    backend: { state: 'not-a-gateway', since: now },
    ...overrides,
  };
}
const without = (key: 'gateway', from: Status): Status => {
  const { [key]: _, ...rest } = from;
  return rest;
};
const says = (of: Status | undefined, link: Link = live) => spoken(sentence(of, situationOf(of, link), now, 'Mill Lane 7', 'Europe/Zurich'));
const lede = (of: Status) => sentence(of, situationOf(of, live), now, undefined, 'UTC').lede;

describe('the sentence', () => {
  it('of a node that is well', () => {
    expect(says(status())).toBe('Online for 12 days. 5 neighbours. 18,204 packets today.');
  });

  it('never says 0 beside a report that was carried: the parts below are what it counts', () => {
    const none = status({ carrying: { packetsToday: 0, packetsLastMinute: 0, waiting: 0, lost: 0 } });
    const parts = { devices: 0, betweenNodes: 0, reports: 1 };
    const totals = { packets: parts, bytes: parts, up: 1, down: 0, between: 0, byClass: [] };
    expect(says(counted(none, { totals }))).toBe('Online for 12 days. 5 neighbours. 1 packet today.');
    expect(counted(none, undefined)).toBe(none);
  });

  it('carries the figure apart, for whoever looks for it', () => {
    expect(sentence(status(), { at: 'well' }, now, undefined).clauses.at(-1)).toEqual({
      text: ' packets today.',
      figure: { name: 'packets-today', value: 18204, text: '18,204' },
    });
  });

  it('counts one as one', () => {
    const one = status({ neighbours: 1, startedAt: now - 1000, carrying: { ...status().carrying, packetsToday: 1 } });
    expect(says(one)).toBe('Online for 1 second. 1 neighbour. 1 packet today.');
  });

  it('before the first answer', () => {
    expect(says(undefined, { at: 'asking' })).toBe('Asking Mill Lane 7 how it is.');
  });

  it.each(['unreachable', 'old', 'offline'] as const)('when what is known is from before (%s) says from when', (at) => {
    const link: Link = { at, lastHeard: now - minutes(12) };
    expect(says(status({ at: now - minutes(12) }), link)).toBe('As of 14:20: 5 neighbours, 18,204 packets today.');
  });

  it('of a node that hears nobody', () => {
    const alone = without(
      'gateway',
      status({ neighbours: 0, wellness: { well: false, clockTrusted: true, problems: [{ code: 'no-neighbour', since: now - minutes(9) }] } }),
    );
    expect(says(alone)).toBe('Your node is well, but hears nobody yet.');
    expect(lede(alone)).toBe('Listening for Millbrook for 9 minutes. It keeps trying by itself.');
  });

  it('of a gateway that is alone but reaches the backend: it still works', () => {
    const gateway = without(
      'gateway',
      status({ neighbours: 0, node: { ...status().node, gateway: true }, backend: { state: 'connected', since: now - minutes(5) } }),
    );
    expect(says(gateway)).toBe('Online for 12 days. No neighbour yet. 18,204 packets today.');
    expect(carrying(gateway)).toBe('yes');
  });

  it('of a node without a gateway: what is kept, and since when', () => {
    const cut = without('gateway', status({ wellness: { well: false, clockTrusted: true, problems: [{ code: 'no-gateway', since: now - minutes(42) }] } }));
    expect(says(cut)).toBe('5 neighbours, but no gateway.');
    expect(lede(cut)).toContain('14 packets are kept here, none lost.');
    expect(lede(cut)).toContain('42 minutes');
    expect(carrying(cut)).toBe('keeping');
  });

  it('of a gateway that lost the backend', () => {
    const gateway = status({
      node: { ...status().node, gateway: true },
      backend: { state: 'unreachable', since: now - minutes(3), url: 'mqtts://backend:8883' },
    });
    expect(says(gateway)).toBe('This gateway cannot reach the backend.');
    expect(lede(gateway)).toContain('No answer from mqtts://backend:8883 for 3 minutes.');
  });

  it('a smaller trouble leaves the sentence and shows in the row', () => {
    const warm = status({ wellness: { well: false, clockTrusted: false, problems: [{ code: 'clock-untrusted', since: now }] } });
    expect(situationOf(warm, live)).toEqual({ at: 'needs-you' });
    expect(says(warm)).toMatch(/^Online for 12 days/);
  });
});

it('a node with a way out that nobody has used yet is ready', () => {
  expect(carrying(status({ carrying: { packetsToday: 0, packetsLastMinute: 0, waiting: 0, lost: 0 } }))).toBe('ready');
});
