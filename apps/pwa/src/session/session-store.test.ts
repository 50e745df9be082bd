import { describe, expect, it } from 'vitest';
import { memoryShelf, SessionStore } from './session-store.ts';

const session = { id: 'one', key: 'k' };

function browser() {
  const lasting = memoryShelf();
  const tab = () => new SessionStore({ lasting, passing: memoryShelf(), random: () => 0.5 });
  return { tab, lasting };
}

describe('a session', () => {
  it('outlives the tab when the operator stays logged in', () => {
    const { tab } = browser();
    tab().begin(session, true);
    expect(tab().current()).toEqual(session);
  });

  it('ends with the tab otherwise', () => {
    const { tab } = browser();
    const first = tab();
    first.begin(session, false);
    expect(first.current()).toEqual(session);
    expect(tab().current()).toBeUndefined();
  });

  it('that ends says why, once and for every tab', () => {
    const { tab } = browser();
    const [first, second] = [tab(), tab()];
    first.begin(session, true);
    second.reread();
    let told = 0;
    second.subscribe(() => told++);
    first.end('logged-out');
    second.reread();
    expect([first.ended, second.current(), told]).toEqual(['logged-out', undefined, 1]);
  });

  it('that is held does not end, until it is let go', () => {
    const store = browser().tab();
    store.begin(session, true);
    const letGo = store.hold();
    store.end('unknown-session');
    expect([store.current(), store.stays]).toEqual([session, true]);
    letGo();
    store.end('unknown-session');
    expect(store.current()).toBeUndefined();
  });

  it('kept garbled is no session', () => {
    const { tab, lasting } = browser();
    lasting.setItem('energymesh.session', '{"id":7}');
    expect(tab().current()).toBeUndefined();
    lasting.setItem('energymesh.session', 'not json');
    expect(tab().current()).toBeUndefined();
  });
});

describe('the counter', () => {
  it('goes on over tabs and reloads, and starts anew with a new session', () => {
    const { tab } = browser();
    const first = tab();
    first.begin(session, true);
    expect([first.nextCounter(), first.nextCounter()]).toEqual([1, 2]);
    const second = tab();
    expect(second.nextCounter()).toBe(3);
    expect(first.nextCounter()).toBe(4);
    second.begin({ id: 'two', key: 'k' }, true);
    expect(second.nextCounter()).toBe(1);
  });

  it('skips ahead after a clash', () => {
    const { tab } = browser();
    const store = tab();
    store.begin(session, false);
    store.nextCounter();
    store.skipAhead();
    expect(store.nextCounter()).toBe(2 + 16 + 1);
  });

  it('a garbled counter does not stop the page', () => {
    const { tab, lasting } = browser();
    const store = tab();
    store.begin(session, true);
    lasting.setItem('energymesh.counter', 'many');
    expect(store.nextCounter()).toBe(1);
  });
});
