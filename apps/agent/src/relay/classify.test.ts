import { describe, expect, it } from 'vitest';
import { classOf, defaultTopicRules, TopicMap, type TopicRule } from './classify.ts';

const map = new TopicMap(defaultTopicRules('sun-street'));
const rule = (over: Partial<TopicRule>): TopicRule => ({ pattern: 'em/+/x', direction: 'up', localPrefix: '', remotePrefix: 'r/', ...over });

describe('the topic map', () => {
  it('takes a device up to the community and a command down to the device', () => {
    expect(map.up('em/meter-1/telemetry')).toMatchObject({ topic: 'energymesh/sun-street/em/meter-1/telemetry', class: 1 });
    expect(map.up('em/meter-1/transaction')).toMatchObject({ class: 0, lifetimeMs: 0 });
    expect(map.down('energymesh/sun-street/em/lock-1/command')).toEqual({ topic: 'em/lock-1/command', device: 'lock-1', class: 0, lifetimeMs: 60_000 });
  });

  it('takes nothing else', () => {
    expect(map.up('em/meter-1/command')).toBeUndefined();
    expect(map.up('em/meter-1/other')).toBeUndefined();
    expect(map.up('em/+/telemetry')).toBeUndefined();
    expect(map.down('energymesh/elsewhere/em/lock-1/command')).toBeUndefined();
    expect(map.down('energymesh/sun-street/em/LOCK!/command')).toBeUndefined();
  });

  it('swaps prefixes as a Mosquitto bridge does', () => {
    const swapped = new TopicMap([rule({ pattern: '+/status/#', direction: 'both', localPrefix: 'em/', remotePrefix: 'site/7/' })]);
    expect(swapped.up('em/m1/status/a')?.topic).toBe('site/7/m1/status/a');
    expect(swapped.down('site/7/m1/status')).toMatchObject({ topic: 'em/m1/status', device: 'm1', class: 3, lifetimeMs: 3_600_000 });
    expect(swapped.filters('m1')).toEqual(['site/7/m1/status/#']);
  });

  it('decides by the first rule that fits', () => {
    const two = new TopicMap([rule({ pattern: 'em/+/telemetry', class: 2, lifetimeMs: 5000 }), rule({ pattern: 'em/#' })]);
    expect(two.up('em/a/telemetry')).toEqual({ topic: 'r/em/a/telemetry', class: 2, lifetimeMs: 5000 });
    expect(two.up('em/a/b/c')?.class).toBe(3);
  });

  it('asks the backend for one device at a time, and lets others ask for no more than that', () => {
    expect(map.filters('lock-1')).toEqual(['energymesh/sun-street/em/lock-1/command']);
    expect(map.mayAsk('energymesh/sun-street/em/lock-1/command')).toBe(true);
    expect(map.mayAsk('energymesh/sun-street/#')).toBe(false);
    expect(map.mayAsk('#')).toBe(false);
    expect(map.mayAsk('energymesh/sun-street/em/lock-1/telemetry')).toBe(false);
  });

  it('classes by the last level', () => {
    expect(['a/transaction', 'a/answer', 'a/command', 'a/state', 'a/telemetry', 'a/toString', 'x'].map(classOf)).toEqual([0, 0, 0, 1, 1, 3, 3]);
  });

  it('takes the envelope from the rule, else from the backend', () => {
    const one = new TopicMap([rule({ envelope: false })]);
    expect(one.envelope('r/em/a/x', true)).toBe(false);
    expect(one.envelope('elsewhere', true)).toBe(true);
  });

  it.each([
    [{ pattern: 'a/#/b' }, 'topics[0].pattern: # must be the whole last level'],
    [{ localPrefix: 'a/+/' }, 'topics[0].localPrefix: a prefix has no wildcards'],
    [{ remotePrefix: 'x', pattern: '+' }, 'topics[0].remotePrefix: "x+" + must be a whole level'],
    [{ direction: 'down', pattern: 'lights/#' }, 'topics[0].pattern: localPrefix + pattern of a rule that comes down begins with "em/+/", got "lights/#"'],
    [{ direction: 'down', lifetimeMs: 0 }, 'topics[0].lifetimeMs: what comes down always expires: more than 0'],
    [{ lifetimeMs: -1 }, 'topics[0].lifetimeMs: is a whole number of milliseconds, at most 365 days'],
    [{ class: 7 as never }, 'topics[0].class: is 0, 1, 2 or 3'],
  ] satisfies [Partial<TopicRule>, string][])('refuses %o', (over, message) => {
    expect(() => new TopicMap([rule(over)])).toThrow(message);
  });

  it('bounds its rules', () => {
    expect(() => new TopicMap(Array.from({ length: 257 }, () => rule({})))).toThrow('at most 256 rules');
  });
});
