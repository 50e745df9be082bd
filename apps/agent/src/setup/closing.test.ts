import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { type NetworkNow, NetworkRefused, SetupRefused } from '../ports.ts';
import { Closing } from './closing.ts';

type Status = NonNullable<NetworkNow['status']>;

/** A node in the mesh with its access point open, and a helper that was made up. */
function node(state: Record<string, unknown> = open) {
  const clock = new VirtualClock();
  const is = { linked: true, refuses: false };
  const proposed: unknown[] = [];
  const confirmed: string[] = [];
  let status: Status = { version: 1, phase: 'confirmed', uptimeSeconds: 1, recent: [], wireguard: [], state };
  const closing = new Closing({
    clock,
    linked: () => is.linked,
    changes: {
      status: () => ({ available: true, status }),
      propose: (asked) => {
        proposed.push(asked);
        return 'closing';
      },
      confirm: (id) => {
        confirmed.push(id);
        if (is.refuses) throw new NetworkRefused('nothing-waits', 'It has gone back.');
      },
    },
  });
  const tell = (more: Partial<Status>) => {
    status = { ...status, ...more };
  };
  const waits = () => tell({ phase: 'waiting', waiting: { id: 'closing', secondsLeft: 60 } });
  return { clock, is, proposed, confirmed, closing, tell, waits };
}
const open = { version: 1, country: 'DE', mesh: { id: 'mill', passphrase: 'set' }, ap: { ssid: 'EnergyMesh-7f3a', passphrase: 'set' } };
const outcome = (result: 'confirmed' | 'reverted') => [{ id: 'closing', result, reason: '', problems: [], uptimeSeconds: 2 }];

test('closed, and confirmed by the node itself once it was linked for ten seconds without the access point', () => {
  const { clock, proposed, confirmed, closing, tell, waits } = node();
  closing.ask();
  expect(proposed).toEqual([{ version: 1, country: 'DE', mesh: { id: 'mill' } }]);
  expect(closing.underWay).toBe(true);
  closing.ask();
  expect(proposed, 'asked twice it is one change').toHaveLength(1);
  clock.advance(20_000);
  expect(confirmed, 'not in force yet').toEqual([]);
  waits();
  clock.advance(10_000);
  expect(confirmed).toEqual([]);
  clock.advance(1000);
  expect(confirmed).toEqual(['closing']);
  clock.advance(9000);
  expect(confirmed, 'not again at every look').toEqual(['closing']);
  tell({ phase: 'confirmed', waiting: undefined, recent: outcome('confirmed'), state: { version: 1 } } as Partial<Status>);
  clock.advance(1000);
  expect(closing.underWay).toBe(false);
  expect(clock.pending).toBe(0);
});

test('a node that loses its link without it confirms nothing: the helper opens the access point again', () => {
  const { clock, is, confirmed, closing, tell, waits } = node();
  closing.ask();
  waits();
  clock.advance(9000);
  is.linked = false;
  clock.advance(3000);
  is.linked = true;
  clock.advance(9000);
  expect(confirmed, 'the ten seconds begin anew').toEqual([]);
  is.linked = false;
  tell({ phase: 'confirmed', waiting: undefined, recent: outcome('reverted') } as Partial<Status>);
  clock.advance(2000);
  expect([closing.underWay, clock.pending]).toEqual([false, 0]);
});

test('a word that comes too late does no harm, and a helper that never answers is not waited for without end', () => {
  const { clock, is, confirmed, closing, waits } = node();
  is.refuses = true;
  closing.ask();
  waits();
  clock.advance(15_000);
  expect(confirmed).toContain('closing');
  clock.advance(120_000);
  expect([closing.underWay, clock.pending]).toEqual([false, 0]);
});

test('without a link, and with no access point, it says why not', () => {
  const alone = node();
  alone.is.linked = false;
  expect(() => alone.closing.ask()).toThrow(SetupRefused);
  expect(() => node({ version: 1 }).closing.ask()).toThrow(/closed already/);
  expect(alone.proposed).toEqual([]);
});
