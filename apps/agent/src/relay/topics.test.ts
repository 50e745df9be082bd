import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, filterError, matches, topicNameError } from './topics.ts';

const level = fc.constantFrom('a', 'b', '', '$x', 'é');
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((name) => name.length > 0);
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'))
  .filter((text) => text.length > 0);

/** The same rule written as a regular expression, to hold the other against. */
function asRegExp(text: string): RegExp {
  const levels = text.split('/').map((part) => (part === '+' ? '[^/]*' : part === '#' ? '.*' : part.replace(/\$/g, '\\$')));
  const open = text.endsWith('/#') ? `${levels.slice(0, -1).join('/')}(/.*)?` : levels.join('/');
  return new RegExp(`^${/^[+#]/.test(text) ? '(?!\\$)' : ''}${open}$`, 'u');
}

describe('topic filters', () => {
  it.each([
    ['a/+/c', 'a/b/c', true],
    ['a/+/c', 'a/b/c/d', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['+', 'a', true],
    ['+', '/a', false],
    ['/+', '/a', true],
    ['+/+', '/a', true],
    ['#', '$SYS/load', false],
    ['+/load', '$SYS/load', false],
    ['$SYS/#', '$SYS/load', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('agrees with a regular expression of the same rule', () => {
    fc.assert(
      fc.property(filter, topic, (pattern, name) => matches(pattern, name) === asRegExp(pattern).test(name)),
      { numRuns: 2000 },
    );
  });

  it('a filter that is covered selects nothing that its cover does not', () => {
    fc.assert(
      fc.property(filter, filter, topic, (outer, inner, name) => !covers(outer, inner) || !matches(inner, name) || matches(outer, name)),
      { numRuns: 5000 },
    );
  });

  it('a name is covered as a filter exactly when it is selected', () => {
    fc.assert(
      fc.property(filter, topic, (pattern, name) => covers(pattern, name) === matches(pattern, name)),
      { numRuns: 2000 },
    );
  });

  it('says what is wrong', () => {
    expect(filterError('a/#/b')).toContain('last level');
    expect(filterError('a/b+')).toContain('whole level');
    expect(filterError('')).toBe('is empty');
    expect(filterError('a\0')).toContain('NUL');
    expect(filterError('a/+/#')).toBeUndefined();
    expect(topicNameError('a/+')).toContain('wildcard');
    expect(topicNameError('x'.repeat(70_000))).toContain('65535');
    expect(topicNameError('\ud800')).toContain('Unicode');
  });
});
