import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigInvalid, loadConfig } from './config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (json: unknown, environment: Record<string, string> = {}) => {
  const file = join(folder, 'agent.json');
  writeFileSync(file, typeof json === 'string' ? json : JSON.stringify(json));
  return loadConfig({ file, environment, folder: '/elsewhere' });
};
const problems = (json: unknown, environment?: Record<string, string>): readonly string[] => {
  try {
    load(json, environment);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  throw new Error('was accepted');
};

test('defaults lie under the file, the file under the environment', () => {
  const { config, ignored } = load(
    { name: 'Mill', http: { port: 1 } },
    { EM_HTTP_PORT: '2', EM_BACKEND_URL: 'mqtt://h:1883', EM_MDNS: 'false', EM_SPELT_WRONG: 'x' },
  );
  expect(config).toMatchObject({ name: 'Mill', http: { host: '*', port: 2 }, devices: { port: 8883 }, backend: { url: 'mqtt://h:1883' }, mdns: false });
  expect(config.reportEveryMs).toBe(300_000);
  expect(ignored).toEqual(['EM_SPELT_WRONG']);
  expect(Object.isFrozen(config.http)).toBe(true);
});

test('paths are meant from the folder of the file', () => {
  const { config } = load({ dataDir: 'data', invite: 'invite.txt', backend: { url: 'mqtts://h', ca: '/etc/ca.pem' } });
  expect(config).toMatchObject({ dataDir: join(folder, 'data'), invite: join(folder, 'invite.txt'), backend: { ca: '/etc/ca.pem' } });
  expect(load({ invite: 'EM1-abc' }).config.invite).toBe('EM1-abc');
});

describe('what is wrong is said by key, with the value and what to write', () => {
  test.each<[string, unknown, Record<string, string>, RegExp]>([
    ['range', { http: { port: 70_000 } }, {}, /^http\.port: .*70000.*0 to 65535/],
    ['type', { mdns: 'yes' }, {}, /^mdns: .*"yes".*true or false/],
    ['unknown key', { htpp: {} }, {}, /^htpp: there is no such key/],
    ['unknown key inside', { http: { prot: 1 } }, {}, /^http\.prot: there is no such key/],
    ['inside a list', { segments: [{ type: 'multicast', group: 'nowhere', port: 1 }] }, {}, /^segments\.0\.group: .*"nowhere".*239/],
    [
      'addresses of two kinds',
      { segments: [{ type: 'peers', interface: 'wg-mesh', addresses: ['10.0.0.1', 'fd00::1'] }] },
      {},
      /^segments\.0\.addresses: .*IPv4 and IPv6.*10\.61/,
    ],
    ['no address', { segments: [{ type: 'peers', interface: 'wg-mesh', addresses: [] }] }, {}, /^segments\.0\.addresses: /],
    [
      'an interface twice',
      {
        segments: [
          { type: 'interface', name: 'bat0' },
          { type: 'interface', name: 'bat0', fallback: true },
        ],
      },
      {},
      /^segments: has two segments on the same interface/,
    ],
    ['url', { backend: { url: 'http://h' } }, {}, /^backend\.url: .*"http:\/\/h".*mqtts:\/\//],
    ['half a pair', { backend: { url: 'mqtts://h', key: 'k' } }, {}, /^backend\.cert: cert and key come together/],
    ['environment', {}, { EM_HTTP_PORT: 'many' }, /^http\.port \(from EM_HTTP_PORT\): .*"many"/],
    ['environment, out of range', {}, { EM_REPORT_EVERY_MS: '5' }, /^reportEveryMs \(from EM_REPORT_EVERY_MS\): .*got 5.*300000/],
    ['no whole minutes', { reportEveryMs: 90_000 }, {}, /^reportEveryMs: .*whole minutes.*300000/],
    ['environment, JSON', {}, { EM_SEGMENTS: '[' }, /^segments \(from EM_SEGMENTS\): expected JSON/],
    ['no rate', { class0: { devicePerSecond: 0 } }, {}, /^class0\.devicePerSecond: .*got 0.*0\.001/],
    ['environment, half a message', {}, { EM_CLASS0_NODE_BURST: '1.5' }, /^class0\.nodeBurst \(from EM_CLASS0_NODE_BURST\): .*got 1\.5.*whole number/],
    ['backend without url', {}, { EM_BACKEND_USERNAME: 'u' }, /^backend\.url.*: .*missing/],
    ['not JSON', '{', {}, /is not JSON/],
    ['no object', '[]', {}, /holds no JSON object/],
  ])('%s', (_, json, environment, expected) => {
    expect(problems(json, environment)).toEqual([expect.stringMatching(expected)]);
  });

  test('all problems at once', () => {
    expect(problems({ mdns: 3, logLevel: 'loud' }, { EM_HTTP_PORT: 'x' })).toHaveLength(3);
  });

  test('a secret is not shown', () => {
    expect(problems({ backend: { url: 'mqtts://h', password: 5151 } })[0]).not.toContain('5151');
  });

  test('a file that is not there', () => {
    expect(() => loadConfig({ file: 'none.json', environment: {}, folder })).toThrow(/cannot read .*none\.json \(ENOENT\)/);
  });
});

test('the example in docs/configuration.md is valid, and every key is documented', () => {
  const text = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const example = /```json\n([\s\S]*?)```/.exec(text)?.[1];
  const { config } = load(example ?? 'none');
  for (const key of Object.keys(config)) expect(text).toContain(`\`${key}`);
});
