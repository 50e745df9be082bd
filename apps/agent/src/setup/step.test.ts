import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstState, type Place, type RadioChoice, readState, type SetupAt, type SetupState, type Way } from './state.ts';
import { type Act, type Facts, settle, step } from './step.ts';

const invite: Extract<Way, { by: 'invite' }> = { by: 'invite', text: 'EM1-secret', community: 'Millbrook', role: 'relay' };
const ask: Extract<Way, { by: 'ask' }> = {
  by: 'ask',
  hub: 'https://hub.example',
  root: 'ab'.repeat(32),
  communityId: '00112233445566aa',
  community: 'Millbrook',
  code: 'mfra',
};
const radio: RadioChoice = { country: 'DE', mesh: { id: 'mill', passphrase: 'lantern-orchard-7421' } };
const place: Place = { name: 'Mill Lane 7', uplink: { kind: 'wifi', ssid: 'Home', passphrase: 'kettle-harbour' } };
const blank: Facts = { claimed: true, enrolled: false, wallet: 'unknown' };

/** One of each, and the shades of those that have some. */
const states: Record<string, SetupState> = {
  claim: { at: 'claim' },
  'claim with a file': { at: 'claim', way: { by: 'file' } },
  way: { at: 'way' },
  radio: { at: 'radio', way: invite },
  'radio by file': { at: 'radio', way: { by: 'file' } },
  place: { at: 'place', way: invite, radio },
  'network open': { at: 'network', way: invite, radio, place, change: { at: 'open' } },
  'network asked': { at: 'network', way: invite, radio, place, change: { at: 'asked', id: 'c1' } },
  'network undone': { at: 'network', way: invite, radio, place, change: { at: 'undone', why: 'nobody confirmed' } },
  join: { at: 'join', way: invite, radio, place },
  'join by asking': { at: 'join', way: ask, radio, place },
  wallet: { at: 'wallet', joined: 'enrolled', place },
  'done, no hub yet': { at: 'done', way: invite, joined: 'deferred', wallet: 'postponed' },
  'done, no invite yet': { at: 'done', way: { by: 'later' }, joined: 'deferred', wallet: 'postponed' },
  done: { at: 'done', joined: 'enrolled', wallet: 'postponed' },
};
const acts: Record<Act['do'], Act> = {
  invite: { do: 'invite', way: invite },
  ask: { do: 'ask', way: ask },
  create: { do: 'create', way: { by: 'create', community: 'Hillside' } },
  later: { do: 'later' },
  radio: { do: 'radio', radio },
  place: { do: 'place', place },
  change: { do: 'change', id: 'c2' },
  'keep-network': { do: 'keep-network' },
  refused: { do: 'refused', why: 'used up' },
  'go-on': { do: 'go-on' },
  postpone: { do: 'postpone' },
  back: { do: 'back' },
};

describe('what can be done where, and where one is then', () => {
  /** What is not named cannot be done. */
  const table: Record<string, Partial<Record<Act['do'], SetupAt>>> = {
    claim: {},
    'claim with a file': { refused: 'claim' },
    way: { invite: 'radio', ask: 'radio', create: 'radio', later: 'radio' },
    radio: { radio: 'place', refused: 'way', back: 'way' },
    'radio by file': { radio: 'place', refused: 'way' },
    place: { place: 'network', refused: 'way', back: 'radio' },
    'network open': { change: 'network', 'keep-network': 'join', refused: 'way', back: 'place' },
    'network asked': { refused: 'way' },
    'network undone': { change: 'network', 'keep-network': 'join', refused: 'way', back: 'place' },
    join: { invite: 'join', ask: 'join', create: 'join', refused: 'way', 'go-on': 'done', back: 'place' },
    'join by asking': { invite: 'join', ask: 'join', create: 'join', refused: 'way', 'go-on': 'done', back: 'place' },
    wallet: { postpone: 'done' },
    'done, no hub yet': { invite: 'done', ask: 'done', create: 'done', place: 'done', refused: 'done' },
    'done, no invite yet': { invite: 'done', ask: 'done', create: 'done', place: 'done' },
    done: { place: 'done' },
  };
  for (const [name, state] of Object.entries(states))
    for (const act of Object.values(acts))
      test(`${name}: ${act.do}`, () => {
        const next = step(state, act);
        expect(next?.at).toBe(table[name]?.[act.do]);
        // What comes out is what would be read back after a power cut.
        if (next) expect(readState(JSON.stringify(next))).toEqual(next);
      });
});

describe('what is so decides', () => {
  const after = (name: string, facts: Partial<Facts>) => settle(states[name]!, { ...blank, ...facts });
  test('claimed: the way in is asked for, with a file the radio, and a member has nothing left to be asked', () => {
    expect(after('claim', {})).toEqual({ at: 'way' });
    expect(after('claim', { configured: 'h' })).toEqual({ at: 'radio', way: { by: 'file' } });
    expect(after('claim', { enrolled: true })).toEqual({ at: 'done', joined: 'enrolled', wallet: 'postponed' });
    expect(after('claim', { enrolled: true, wallet: 'none' })).toMatchObject({ at: 'done', wallet: 'none' });
  });
  test('a file joins before anybody has claimed', () => {
    expect(after('claim', { claimed: false, configured: 'h' })).toEqual({ at: 'claim', way: { by: 'file' } });
    expect(settle({ at: 'claim', spentInvite: 'h' }, { ...blank, claimed: false, configured: 'h' }), 'not by one of before the factory reset').toEqual({
      at: 'claim',
      spentInvite: 'h',
    });
  });
  test('a file that comes later is taken by a node that waits for an invite', () => {
    expect(after('done, no invite yet', { configured: 'new' })).toMatchObject({ at: 'done', way: { by: 'file' } });
    expect(after('done, no hub yet', { configured: 'new' }), 'the operator has given another one').toMatchObject({ way: invite });
  });
  test('a change of the network: kept, gone back, or placed and not noted', () => {
    const of = (name: string, result: 'waiting' | 'kept' | 'undone', id = 'c1') => after(name, { network: { id, result, why: 'nobody confirmed' } });
    expect(of('network asked', 'kept')).toMatchObject({ at: 'join' });
    expect(JSON.stringify(of('network asked', 'kept')), 'nobody needs the passphrases any more').not.toMatch(/lantern|kettle/);
    expect(of('network asked', 'undone')).toMatchObject({ at: 'network', change: { at: 'undone', why: 'nobody confirmed' } });
    expect(of('network asked', 'waiting')).toBe(states['network asked']);
    expect(of('network asked', 'kept', 'another')).toBe(states['network asked']);
    expect(of('network open', 'waiting')).toMatchObject({ change: { at: 'asked', id: 'c1' } });
  });
  test('a member: the invite is dropped, the wallet is next, and a community that pays nothing has none', () => {
    expect(after('join', { enrolled: true })).toMatchObject({ at: 'wallet', joined: 'enrolled' });
    expect(JSON.stringify(after('join', { enrolled: true }))).not.toContain('EM1');
    expect(after('join', { enrolled: true, wallet: 'none' })).toMatchObject({ at: 'done', wallet: 'none' });
    expect(after('wallet', { enrolled: true, wallet: 'backed-up' })).toMatchObject({ at: 'done', wallet: 'backed-up' });
    expect(after('wallet', { enrolled: true, wallet: 'open' })).toBe(states.wallet);
    expect(after('done, no hub yet', { enrolled: true })).toMatchObject({ at: 'done', joined: 'enrolled' });
    expect(after('done', { enrolled: true, wallet: 'backed-up' })).toMatchObject({ wallet: 'backed-up' });
  });
  test('without an invite one goes on without the hub', () => {
    expect(settle({ at: 'join', way: { by: 'later' }, radio: {}, place }, blank)).toMatchObject({ at: 'done', joined: 'deferred' });
  });
  test('what cannot be read is begun anew', () => {
    expect(readState('{"at":"nowhere"}')).toBeUndefined();
    expect(readState('{')).toBeUndefined();
    expect(settle(firstState(), { ...blank, enrolled: true }).at).toBe('done');
  });
});

/** A node with its memory: what is written down, and what is so. Killing it loses what was not written, a power cut the last writings too. */
class Node {
  facts: Facts = { claimed: false, enrolled: false, wallet: 'unknown' };
  written: string[] = [JSON.stringify(firstState())];
  now: SetupState = firstState();
  look(): void {
    this.put(settle(this.now, this.facts));
  }
  put(state: SetupState): void {
    if (state === this.now) return;
    this.now = state;
    this.written.push(JSON.stringify(state));
  }
  act(act: Act): boolean {
    this.look();
    const next = step(this.now, act);
    if (next) this.put(settle(next, this.facts));
    return next !== undefined;
  }
  kill(lost: number): void {
    this.written.splice(Math.max(1, this.written.length - lost));
    this.now = readState(this.written.at(-1)) ?? firstState();
    this.look();
  }
  /** An operator who does what the wizard asks, and a hub that takes the node. */
  finish(): number {
    for (let turns = 0; turns < 40; turns++) {
      this.look();
      const { now } = this;
      switch (now.at) {
        case 'claim':
          this.facts = { ...this.facts, claimed: true };
          break;
        case 'way':
          this.act(acts.invite);
          break;
        case 'radio':
          this.act(acts.radio);
          break;
        case 'place':
          this.act(acts.place);
          break;
        case 'network':
          if (now.change.at === 'asked') this.facts = { ...this.facts, network: { id: now.change.id, result: 'kept', why: '' } };
          else this.act(acts.change);
          break;
        case 'join':
          this.facts = { ...this.facts, enrolled: true, network: undefined };
          break;
        case 'wallet':
          this.act(acts.postpone);
          break;
        case 'done':
          return turns;
      }
    }
    return Number.POSITIVE_INFINITY;
  }
}

test('killed anywhere, also with the last writings lost, it resumes and comes to its end', () => {
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...Object.values(acts)).map((act) => ({ kind: 'act' as const, act })) },
    { weight: 2, arbitrary: fc.nat(4).map((lost) => ({ kind: 'kill' as const, lost })) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom<Partial<Facts>>({ claimed: true }, { enrolled: true, claimed: true }, { configured: 'file' }, { wallet: 'open' }, { wallet: 'none' })
        .map((facts) => ({
          kind: 'fact' as const,
          facts,
        })),
    },
    { weight: 2, arbitrary: fc.constantFrom('kept' as const, 'undone' as const, 'waiting' as const).map((result) => ({ kind: 'network' as const, result })) },
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const node = new Node();
      for (const one of happenings) {
        if (one.kind === 'act') node.act(one.act);
        else if (one.kind === 'kill') node.kill(one.lost);
        else if (one.kind === 'fact') node.facts = { ...node.facts, ...one.facts };
        else if (node.now.at === 'network' && node.now.change.at === 'asked')
          node.facts = { ...node.facts, network: { id: node.now.change.id, result: one.result, why: 'w' } };
        node.look();
        // Following the facts twice is following them once.
        expect(settle(node.now, node.facts)).toBe(node.now);
        expect(node.now.at === 'claim').toBe(!node.facts.claimed);
        if (node.facts.enrolled) expect(JSON.stringify(node.now)).not.toContain('EM1-secret');
        if (node.now.at === 'join' || node.now.at === 'wallet') expect(JSON.stringify(node.now)).not.toMatch(/lantern|kettle/);
      }
      node.kill(2);
      expect(node.finish()).toBeLessThan(30);
      expect(node.now.at).toBe('done');
    }),
    { numRuns: 500 },
  );
});
