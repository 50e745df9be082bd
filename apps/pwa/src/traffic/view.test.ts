import { describe, expect, it } from 'vitest';
import { addressOf, askedOf, daysOff, stepped, viewOf } from './view.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 8, 17, 14, 30);

describe('the address of a view', () => {
  it.each([{ last: 'today' }, { last: 'week' }, { last: 'month' }, { from: now - hour, to: now }] as const)('leads back to %j', (view) => {
    expect(viewOf(new URLSearchParams(addressOf(view).split('?')[1] ?? ''))).toEqual(view);
  });

  it.each(['last=year', 'from=5', 'from=9&to=5', 'from=-1&to=5', 'from=0&to=9999999999999', 'from=1e3&to=2e3', ''])('that cannot be (%s) is today', (query) => {
    expect(viewOf(new URLSearchParams(query))).toEqual({ last: 'today' });
  });

  it('asks the node for all but today', () => {
    expect(askedOf({ last: 'today' })).toBeUndefined();
    expect(askedOf({ last: 'week' })).toEqual({ last: 'week' });
  });
});

describe('a window', () => {
  const today = { from: now - 14.5 * hour, to: now + 9.5 * hour };

  it('comes closer to what is there, not to what is to come', () => {
    const closer = stepped(today, 'closer', now);
    expect(closer).toEqual({ from: now - 12 * hour, to: now });
    expect(stepped({ from: now - 15 * 60_000, to: now }, 'closer', now)).toBeUndefined();
  });

  it('goes earlier as far as figures are kept, and later up to now', () => {
    expect(stepped({ from: now - 4 * hour, to: now }, 'earlier', now)).toEqual({ from: now - 6 * hour, to: now - 2 * hour });
    expect(stepped({ from: now - 35 * day, to: now - 34 * day }, 'earlier', now)).toBeUndefined();
    expect(stepped({ from: now - 4 * hour, to: now }, 'later', now)).toBeUndefined();
    expect(stepped({ from: now - 6 * hour, to: now - 2 * hour }, 'later', now)).toEqual({ from: now - 4 * hour, to: now });
  });

  it('grows to a month and no further', () => {
    expect(stepped({ from: now - 4 * hour, to: now }, 'wider', now)).toEqual({ from: now - 6 * hour, to: now + 2 * hour });
    expect(stepped({ from: now - 20 * day, to: now }, 'wider', now)).toEqual({ last: 'month' });
    expect(stepped({ from: now - 30 * day, to: now }, 'wider', now)).toBeUndefined();
  });
});

it('days off are those between days on; before the first the node was not there', () => {
  const packets = { devices: 0, betweenNodes: 0, reports: 0 };
  const slots = [undefined, packets, undefined, packets, undefined].map((known, i) => ({
    start: now + i * day,
    end: now + (i + 1) * day,
    ran: known ? 1 : 0,
    ...(known && { packets: known }),
  }));
  expect(daysOff({ slots, at: now + 3.5 * day, slot: 'day' })).toEqual([now + 2 * day]);
});
