import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newDeviceToken } from './devices.ts';
import { createInvite, inviteText, judgeInvite, parseInvite, readInvite } from './invite.ts';

const options = {
  community: { id: '00112233445566aa', name: 'Sunny Street' },
  hubs: ['https://hub.example:8443'],
  rootPin: 'ab'.repeat(32),
  usesMax: 2,
  expiresAt: 1000,
  role: 'relay' as const,
};

test('an invite reads back from its line and from its file', () => {
  const { invite, text } = createInvite(options);
  expect(text).toMatch(/^EM1-[\w-]+$/);
  expect(parseInvite(`  ${text}\n`)).toEqual(invite);
  expect(parseInvite(JSON.stringify(invite, null, 2))).toEqual(invite);
  expect(inviteText(invite)).toBe(text);
});

test('the hub judges by the hash: unknown, expired, used up', () => {
  const { invite, record } = createInvite(options);
  expect(JSON.stringify(record)).not.toContain(invite.token);
  expect(judgeInvite(record, invite.token, 1000)).toBe('valid');
  expect(judgeInvite(record, invite.token, 1001)).toBe('expired');
  expect(judgeInvite({ ...record, uses: 2 }, invite.token, 0)).toBe('used-up');
  expect(judgeInvite(record, newDeviceToken(), 0)).toBe('unknown');
  expect(judgeInvite(undefined, invite.token, 0)).toBe('unknown');
});

test('a hub is reached over https only, and garbage is no invite', () => {
  expect(() => createInvite({ ...options, hubs: ['http://hub.example'] })).toThrow();
  expect(() => createInvite({ ...options, hubs: [] })).toThrow();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.base64String().map((text) => `EM1-${text}`),
      ),
      (text) => parseInvite(text) === undefined,
    ),
  );
  expect(parseInvite('x'.repeat(5000))).toBeUndefined();
});

describe('what is wrong with an invite, by field', () => {
  const { text, invite } = createInvite(options);
  const problemsOf = (given: string) => {
    const read = readInvite(given);
    return read.ok ? [] : read.problems.map(({ field }) => field);
  };

  test('a good one has no problem, as a line and as a file', () => {
    expect(readInvite(`  ${text}\n`)).toEqual({ ok: true, invite });
    expect(readInvite(JSON.stringify(invite))).toEqual({ ok: true, invite });
  });

  test.each([
    ['', ''],
    ['hello', ''],
    [`${'EM1-'}${'A'.repeat(5000)}`, ''],
    [text.slice(0, -20), ''],
    ['EM1-%%%', ''],
    ['EM1-', ''],
  ])('"%s" as a whole', (given, field) => expect(problemsOf(given)).toEqual([field]));

  test.each([
    [{ hubs: [] }, 'hubs'],
    [{ hubs: ['http://hub.example'] }, 'hubs.0'],
    [{ token: 'short' }, 'token'],
    [{ root: 'x' }, 'root'],
    [{ role: 'king' }, 'role'],
    [{ version: 2 }, 'version'],
    [{ expiresAt: -1 }, 'expiresAt'],
    [{ community: { id: '0', name: 'x' } }, 'community.id'],
  ])('%j', (change, field) => {
    const read = readInvite(JSON.stringify({ ...invite, ...change }));
    expect(read).toMatchObject({ ok: false, problems: [{ field, text: expect.stringMatching(/Ask|ask/) }] });
    expect(JSON.stringify(read)).not.toContain(invite.token);
  });
});
