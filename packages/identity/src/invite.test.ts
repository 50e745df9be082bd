import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newDeviceToken } from './devices.ts';
import { createInvite, inviteText, judgeInvite, parseInvite } from './invite.ts';

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
