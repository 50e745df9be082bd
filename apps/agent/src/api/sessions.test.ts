import { beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { type SessionRow, Sessions } from './sessions.ts';

let clock: VirtualClock;
let rows: Map<string, SessionRow>;
const store = {
  sessions: () => [...rows.values()],
  addSession: (row: SessionRow) => void rows.set(row.id, row),
  useSession: (id: string, used: Partial<SessionRow>) => void rows.set(id, { ...rows.get(id)!, ...used }),
  deleteSessions: (ids: readonly string[]) => {
    for (const id of ids) rows.delete(id);
  },
};
const open = (extra = {}) => new Sessions({ store, clock, ...extra });
const use = (sessions: Sessions, sessionId: string, counter: number) => {
  const { principal } = sessions.authenticate({ sessionId, counter, mac: 'right' }, () => 'right');
  return principal.kind === 'anonymous' ? principal.why : principal.kind;
};
beforeEach(() => {
  clock = new VirtualClock();
  rows = new Map();
});

test('a counter works once, in any order within the window, over restarts', () => {
  const sessions = open();
  const id = sessions.begin('operator', 'key');
  expect([5, 3, 4, 5, 3, 200, 73, 72, 4].map((counter) => use(sessions, id, counter))).toEqual([
    'operator',
    'operator',
    'operator',
    'replayed',
    'replayed',
    'operator',
    'operator',
    'replayed',
    'replayed',
  ]);
  const again = open();
  expect([200, 73, 199, 201].map((counter) => use(again, id, counter))).toEqual(['replayed', 'replayed', 'operator', 'operator']);
  expect(use(again, id, Number.MAX_SAFE_INTEGER)).toBe('operator');
});

test('a wrong MAC uses no counter up', () => {
  const sessions = open();
  const id = sessions.begin('operator', 'key');
  expect(sessions.authenticate({ sessionId: id, counter: 1, mac: 'wrong' }, () => 'right').principal).toEqual({ kind: 'anonymous', why: 'bad-mac' });
  expect(use(sessions, id, 1)).toBe('operator');
});

test('idle sessions end: after thirty days, a claim after a quarter of an hour', () => {
  const sessions = open();
  const [operator, claimant] = [sessions.begin('operator', 'k'), sessions.begin('claimant', 'k')];
  clock.advance(16 * 60_000);
  expect([use(sessions, operator, 1), use(sessions, claimant, 1)]).toEqual(['operator', 'unknown-session']);
  clock.advance(29 * 24 * 3_600_000);
  expect(use(sessions, operator, 2)).toBe('operator');
  clock.advance(31 * 24 * 3_600_000);
  expect(use(sessions, operator, 3)).toBe('unknown-session');
  open();
  expect(rows.size).toBe(0);
});

test('at the bound the one idle for longest ends, and whoever listens is told', () => {
  const sessions = open({ sessionsMax: 3 });
  const ended: string[] = [];
  sessions.onEnd((id) => ended.push(id));
  const ids = [1, 2, 3].map(() => {
    clock.advance(1000);
    return sessions.begin('operator', 'k');
  });
  clock.advance(1000);
  use(sessions, ids[0]!, 1);
  sessions.begin('operator', 'k');
  expect(ended).toEqual([ids[1]]);
  expect(rows.size).toBe(3);
});
