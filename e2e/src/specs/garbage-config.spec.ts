import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { built } from '../community/program.ts';
import { discard, scratch } from '../harness/scratch.ts';
import { root } from '../harness/world.ts';

let dir: string;
beforeEach(() => {
  dir = scratch('config');
});
afterEach(() => discard(dir));

const { agent, hub } = built(root);

function run(
  program: readonly string[],
  text: string,
  environment: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stderr: string } {
  const file = join(dir, 'config.json');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(process.execPath, [...program, '--config', file], {
    encoding: 'utf8',
    cwd: dir,
    timeout: 20_000,
    env: { PATH: process.env.PATH, ...environment },
  });
  return { status, stderr };
}

const dataDir = () => join(dir, 'data');
const good = () => ({
  name: 'Mill',
  dataDir: dataDir(),
  http: { host: '127.0.0.1', port: 0 },
  devices: { host: '127.0.0.1', port: 0 },
  links: { host: '127.0.0.1', port: 0 },
  mdns: false,
});

test.for([
  ['a slip in a key', { htpp: {} }, ['htpp: there is no such key. Check its spelling']],
  ['a port that is none', { http: { port: 70_000 } }, ['http.port: ', 'got 70000. Give a port from 0 to 65535']],
  ['a backend by another protocol', { backend: { url: 'http://broker' } }, ['backend.url: ', 'Give an address such as mqtts://broker.example:8883']],
  [
    'a certificate without its key',
    { backend: { url: 'mqtts://broker', cert: 'a.pem' } },
    ['backend.cert: ', 'Give both backend.cert and backend.key, or neither'],
  ],
  [
    'a group that is no address',
    { segments: [{ type: 'multicast', group: 'here', port: 1 }] },
    ['segments.0.group: ', 'Give a multicast address such as 239.192.77.69'],
  ],
  ['two mistakes at once', { logLevel: 'loud', mdns: 'yes' }, ['logLevel: ', 'Use trace, debug, info', 'mdns: ', 'Use true or false']],
] as const)('the agent and %s: exit code 78, the key and what to write instead, and nothing is created', ([, wrong, words]) => {
  const { status, stderr } = run(agent, JSON.stringify({ ...good(), ...wrong }));
  expect(status).toBe(78);
  for (const text of words) expect(stderr).toContain(text);
  expect(stderr).not.toContain('    at ');
  expect(readdirSync(dir)).toEqual(['config.json']);
});

test('the agent and a file that is no JSON, none at all, or a wrong variable', () => {
  expect(run(agent, '{"name": ')).toMatchObject({ status: 78, stderr: expect.stringMatching(/--config: .*config\.json is not JSON/) });
  expect(run(agent, '[]')).toMatchObject({ status: 78, stderr: expect.stringContaining('holds no JSON object') });
  const variable = run(agent, JSON.stringify(good()), { EM_HTTP_PORT: 'eighty' });
  expect(variable).toMatchObject({ status: 78, stderr: expect.stringContaining('http.port (from EM_HTTP_PORT): expected a number, got "eighty"') });
  const secret = run(agent, JSON.stringify({ ...good(), backend: { url: 'mqtts://broker', password: ['hunter2'] } }));
  expect(secret.status).toBe(78);
  expect(secret.stderr).toContain('backend.password: ');
  expect(secret.stderr).not.toContain('hunter2');
  rmSync(join(dir, 'config.json'));
  const absent = spawnSync(process.execPath, [...agent, '--config', join(dir, 'config.json')], { encoding: 'utf8', cwd: dir, timeout: 20_000 });
  expect(absent).toMatchObject({ status: 78, stderr: expect.stringContaining('cannot read') });
  expect(existsSync(dataDir())).toBe(false);
});

test('the hub: exit code 2, the key, and nothing is created', () => {
  const hubs = { dataDir: dataDir(), community: { name: 'Millbrook' } };
  for (const [wrong, key] of [
    [{ http: { port: 'x' } }, 'http.port'],
    [{ broker: { kind: 'external', url: 'nonsense' } }, 'broker'],
    [{ colour: 'red' }, 'colour'],
  ] as const) {
    const { status, stderr } = run(hub, JSON.stringify({ ...hubs, ...wrong }));
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(key);
    expect(readdirSync(dir)).toEqual(['config.json']);
  }
});
