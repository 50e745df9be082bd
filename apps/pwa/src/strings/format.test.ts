import { describe, expect, it } from 'vitest';
import { age, bandwidth, bytes, clockMinute, lasting, list, percent, plural, short, zoneName } from './format.ts';

const s = 1000;
const min = 60 * s;
const h = 60 * min;
const d = 24 * h;

describe('an age', () => {
  it.each([
    [-5 * s, 'just now'],
    [0, 'just now'],
    [1999, 'just now'],
    [2 * s, '2 s ago'],
    [59.9 * s, '59 s ago'],
    [min, '1 min ago'],
    [14 * min + 50 * s, '14 min ago'],
    [59.9 * min, '59 min ago'],
    [h, '1 h ago'],
    [47.9 * h, '47 h ago'],
    [48 * h, '2 days ago'],
  ])('of %d ms reads %s', (ms, words) => {
    expect(age(ms)).toBe(words);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 seconds'],
    [1 * s, '1 second'],
    [119 * s, '1 minute'],
    [3 * h + 59 * min, '3 hours'],
    [47 * h, '47 hours'],
    [12 * d + 5 * h, '12 days'],
  ])('of %d ms in running text is %s', (ms, words) => {
    expect(lasting(ms)).toBe(words);
  });

  it.each([
    [0, '0 ms'],
    [0.4, 'under 1 ms'],
    [7.3, '7 ms'],
    [400, '400 ms'],
    [1849, '1.8 s'],
    [42 * s, '42 s'],
    [42 * min, '42 min'],
    [3 * h, '3 h'],
    [3 * d, '3 days'],
  ])('of %d ms beside a figure is %s', (ms, words) => {
    expect(short(ms)).toBe(words);
  });
});

describe('numbers', () => {
  it('are grouped by thousands', () => {
    expect(plural(18204, 'packet', 'packets')).toBe('18,204 packets');
    expect(plural(1, 'neighbour', 'neighbours')).toBe('1 neighbour');
  });
  it('a small share never reads as nothing', () => {
    expect(percent(0)).toBe('0 %');
    expect(percent(0.004)).toBe('under 1 %');
    expect(percent(0.543)).toBe('54 %');
  });
  it('sizes and rates are SI', () => {
    expect([bytes(999), bytes(1000), bytes(15_400), bytes(2_500_000)]).toEqual(['999 B', '1 kB', '15 kB', '2.5 MB']);
    expect([bandwidth(640_000), bandwidth(6_120_000), bandwidth(61e6), bandwidth(2.5e9)]).toEqual(['640 kbit/s', '6.1 Mbit/s', '61 Mbit/s', '2.5 Gbit/s']);
  });
});

describe('local time', () => {
  const noonUtc = Date.UTC(2026, 6, 1, 12, 5);
  it('is the zone of the node, with its name', () => {
    expect(clockMinute(noonUtc, 'Europe/Zurich')).toBe('14:05');
    expect(zoneName(noonUtc, 'Europe/London')).toBe('BST');
  });
  it('midnight is 00:00, and an unknown zone falls back to the browser', () => {
    expect(clockMinute(Date.UTC(2026, 0, 1, 0, 0), 'UTC')).toBe('00:00');
    expect(clockMinute(noonUtc, 'Mars/Olympus')).toMatch(/^\d\d:\d\d$/);
  });
});

it('a list reads like a sentence', () => {
  expect([list([]), list(['Bakery']), list(['Hill Farm', 'Bakery', 'you'])]).toEqual(['', 'Bakery', 'Hill Farm, Bakery and you']);
});
