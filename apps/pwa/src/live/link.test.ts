import { describe, expect, it } from 'vitest';
import { Contact } from './contact.ts';
import { linkOf } from './link.ts';

const seconds = (count: number) => count * 1000;

function phone(start = 1_000_000) {
  let now = start;
  const contact = new Contact(() => now);
  return {
    contact,
    pass: (ms: number) => (now += ms),
    now: () => now,
    link: (statusAt?: number, online = true) => linkOf(contact.state(), statusAt, now, online),
  };
}

describe('the link to the node', () => {
  it('is asking at first, then live', () => {
    const { contact, link, now } = phone();
    expect(link()).toEqual({ at: 'asking' });
    contact.tellTime(now(), now());
    expect(link(now())).toEqual({ at: 'live' });
  });

  it('that never answers is unreachable after a few seconds', () => {
    const { link, pass } = phone();
    pass(seconds(7));
    expect(link()).toEqual({ at: 'unreachable', lastHeard: undefined });
    expect(link(undefined, false).at).toBe('offline');
  });

  it('silent for longer than it ever is, is unreachable since the last word', () => {
    const { contact, link, pass, now } = phone();
    contact.heard();
    const heard = now();
    pass(seconds(10));
    expect(link(heard).at).toBe('live');
    pass(seconds(10));
    expect(link(heard)).toEqual({ at: 'unreachable', lastHeard: heard });
  });

  it('brought back from the background is given time to answer', () => {
    const { contact, link, pass, now } = phone();
    contact.heard();
    pass(seconds(600));
    contact.resumed();
    expect(link(now()).at).toBe('live');
    pass(seconds(13));
    expect(link(now()).at).toBe('unreachable');
  });

  it('that answers with old figures is old, whatever the two clocks say', () => {
    const { contact, link, now } = phone();
    const hour = seconds(3600);
    contact.tellTime(now() + hour, now());
    expect(link(now() + hour)).toEqual({ at: 'live' });
    const before = now() + hour - seconds(840);
    expect(link(before)).toEqual({ at: 'old', lastHeard: before });
  });

  it('small differences of the clocks do not move the ages', () => {
    const { contact, pass, now } = phone();
    contact.tellTime(now() + 400, now());
    expect(contact.state().offsetMs).toBe(0);
    const asked = now();
    pass(3000);
    contact.tellTime(now() + 1000, asked);
    expect(contact.state().offsetMs).toBe(2500);
  });
});
