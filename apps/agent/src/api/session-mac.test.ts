import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { authorization, normaliseClaimCode, parseAuthorization, parseCredentials, requestMac, socketMac, socketParams } from './session-mac.ts';

test('the MAC is HMAC-SHA256 over method, path, counter and body digest', () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const expected = createHmac('sha256', 'key').update(`request\nGET\n/trpc/card?a=1\n7\n${empty}`).digest('base64url');
  expect(requestMac('key', { method: 'get', path: '/trpc/card?a=1', counter: 7, body: '' })).toBe(expected);
  expect(socketMac('key', 9)).toBe(createHmac('sha256', 'key').update('ws\n9').digest('base64url'));
});

test('what is written is read, and nothing else', () => {
  const header = authorization({ id: 'abc', key: 'key' }, { method: 'GET', path: '/', counter: 5, body: '' });
  expect(parseAuthorization(header)).toMatchObject({ sessionId: 'abc', counter: 5 });
  for (const bad of [
    '',
    'EnergyMesh',
    header.replace('EnergyMesh', 'Bearer'),
    `${header}x`,
    header.replace(' 5 ', ' 0 '),
    header.replace(' 5 ', ' 9007199254740993 '),
    header.replace(' 5 ', ' -5 '),
  ]) {
    expect(parseAuthorization(bad), bad).toBeUndefined();
  }
  expect(parseCredentials(socketParams({ id: 'abc', key: 'key' }, 3))).toMatchObject({ counter: 3 });
  expect(parseCredentials({})).toBeUndefined();
});

test('a claim code may be typed carelessly', () => {
  expect(normaliseClaimCode(' abcd efgh-ij2k ')).toBe('ABCD-EFGH-IJ2K');
  expect(normaliseClaimCode('0188-AAAA-2222')).toBe('OIBB-AAAA-2222');
});
