import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NetworkStatus, parseRequest } from '@energymesh/network';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NetworkRefused } from '../ports.ts';
import { Changes } from './changes.ts';

let folder: string;
let requests: string;
let changes: Changes;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-changes-'));
  requests = join(folder, 'requests');
  mkdirSync(requests, { mode: 0o700 });
  changes = new Changes({ requests, status: join(folder, 'network.json'), uptime: () => 1000.5 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = { version: 1, country: 'DE', mesh: { id: 'mill-lane', passphrase: 'lantern-orchard-7421', channel: 11 } };
/** As the helper writes it. */
const says = (status: Partial<NetworkStatus>) =>
  writeFileSync(join(folder, 'network.json'), JSON.stringify({ version: 1, phase: 'confirmed', uptimeSeconds: 900, recent: [], wireguard: [], ...status }));
const inForce = {
  version: 1,
  country: 'DE',
  mesh: { interface: 'mesh0', id: 'mill-lane', passphrase: '(not shown)', channel: 6 },
} as unknown as NetworkStatus['state'];
const refusal = (run: () => unknown): NetworkRefused => {
  try {
    run();
  } catch (error) {
    if (error instanceof NetworkRefused) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('a request', () => {
  test('lies in the drop box in one piece, for its owner alone, as the helper reads it', () => {
    const id = changes.propose(state, 60);
    const [name = '', ...more] = readdirSync(requests);
    expect(more).toEqual([]);
    expect(name).toMatch(/^apply-change-[0-9a-f]{16}-[0-9a-f]{16}\.json$/);
    expect(statSync(join(requests, name)).mode & 0o777).toBe(0o600);
    expect(parseRequest(readFileSync(join(requests, name)))).toEqual({ version: 1, kind: 'apply', id, state, confirmWithinSeconds: 60 });
  });

  test('is remembered with what was before it, and never with a passphrase', () => {
    says({ state: inForce });
    const { passphrase: _, ...mesh } = state.mesh;
    const id = changes.propose({ ...state, mesh, uplink: { kind: 'wifi', ssid: 'Lindgren', passphrase: 'seven-bells' } }, 60);
    expect(changes.status().change).toEqual({
      id,
      confirmWithinSeconds: 60,
      before: { ...inForce, mesh: { ...inForce?.mesh, passphrase: 'set' } },
      asked: { ...state, mesh, uplink: { kind: 'wifi', ssid: 'Lindgren', passphrase: 'new' } },
    });
  });

  test('is only looked at by check: problems by field, and nothing placed', () => {
    says({ state: inForce });
    const { passphrase: _, ...mesh } = state.mesh;
    expect(changes.check({ ...state, mesh })).toEqual([]);
    expect(changes.check({ ...state, country: 'Germany' }).map(({ field }) => field)).toEqual(['country']);
    expect(readdirSync(requests)).toEqual([]);
  });

  test('confirms or takes back the change that waits, and no other', () => {
    expect(refusal(() => changes.confirm('change-1')).why).toBe('nothing-waits');
    says({ phase: 'waiting', waiting: { id: 'change-1', deadlineUptimeSeconds: 1090 } });
    expect(refusal(() => changes.revert('change-2')).why).toBe('nothing-waits');
    changes.confirm('change-1');
    changes.revert('change-1');
    expect(readdirSync(requests).map((name) => parseRequest(readFileSync(join(requests, name))))).toEqual([
      { version: 1, kind: 'confirm', id: 'change-1' },
      { version: 1, kind: 'revert', id: 'change-1' },
    ]);
    expect(refusal(() => changes.propose(state, 60)).why).toBe('busy');
  });

  test('that cannot be is refused by field, with the fix, and no passphrase', () => {
    const { why, problems, message } = refusal(() =>
      changes.propose({ ...state, country: 'Germany', mesh: { ...state.mesh, passphrase: 'short-5150', channel: 99 } }, 60),
    );
    expect(why).toBe('invalid');
    expect(problems.map(({ field }) => field)).toEqual(['country', 'mesh.passphrase', 'mesh.channel']);
    expect(message).toContain('such as "DE"');
    expect(JSON.stringify(problems) + message).not.toContain('5150');
    expect(readdirSync(requests)).toEqual([]);
  });

  test('may leave a passphrase out where there is one for the same name', () => {
    const { passphrase: _, ...mesh } = state.mesh;
    expect(refusal(() => changes.propose({ ...state, mesh }, 60)).problems[0]?.field).toBe('mesh.passphrase');
    says({ state: inForce });
    changes.propose({ ...state, mesh }, 60);
    expect(readFileSync(join(requests, readdirSync(requests)[0] ?? ''), 'utf8')).not.toContain('passphrase');
    expect(refusal(() => changes.propose({ ...state, mesh: { ...mesh, id: 'another' } }, 60)).problems[0]?.field).toBe('mesh.passphrase');
    // What the status shows in its place is no passphrase.
    for (const passphrase of ['set', '(not shown)'])
      expect(refusal(() => changes.propose({ ...state, mesh: { ...mesh, passphrase } }, 60)).why).toBe('invalid');
  });

  test('is not placed where nobody takes it', () => {
    for (let i = 0; i < 8; i++) changes.propose(state, 60);
    expect(refusal(() => changes.propose(state, 60))).toMatchObject({ why: 'busy', message: expect.stringContaining('journalctl') });
    expect(readdirSync(requests)).toHaveLength(8);
    const nowhere = new Changes({ requests: join(folder, 'none'), status: join(folder, 'none'), uptime: () => 1 });
    expect(refusal(() => nowhere.propose(state, 60))).toMatchObject({ why: 'no-helper', message: expect.stringContaining('energymesh-netd') });
    expect(nowhere.status()).toEqual({ available: false });
  });

  test('is no longer than the helper takes', () => {
    const peers = (count: number) =>
      Array.from({ length: count }, () => ({
        publicKey: 'TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=',
        allowedIps: Array.from({ length: 16 }, (_, i) => `fd00:1111:2222:3333:4444:5555:6666:77${10 + i}/128`),
      }));
    const tunnels = ['wg-a', 'wg-b'].map((name, i) => ({ name, address: `10.6${i}.0.1/24`, peers: peers(64) }));
    const { why } = refusal(() => changes.propose({ ...state, wireguard: tunnels }, 60));
    expect(['too-long', 'invalid']).toContain(why);
    expect(readdirSync(requests)).toEqual([]);
  });
});

describe('the status', () => {
  test('counts down, and says of secrets that they are set', () => {
    const keyed = { ...inForce, uplink: { kind: 'wifi', ssid: 'x', passphrase: 'leaked-4242' }, later: [{ privateKey: 'leaked-4242' }] };
    says({ phase: 'waiting', waiting: { id: 'change-1', deadlineUptimeSeconds: 1090 }, state: keyed as unknown as NetworkStatus['state'] });
    const now = changes.status();
    expect(now).toMatchObject({
      available: true,
      status: {
        phase: 'waiting',
        waiting: { id: 'change-1', secondsLeft: 90 },
        state: { mesh: { id: 'mill-lane', passphrase: 'set' }, uplink: { passphrase: 'set' } },
      },
    });
    expect(JSON.stringify(now)).not.toContain('4242');
    says({ phase: 'waiting', waiting: { id: 'change-1', deadlineUptimeSeconds: 990 } });
    expect(changes.status().status?.waiting?.secondsLeft).toBe(0);
  });

  test.each([['nothing'], ['{'], ['{"version":7}'], [' '.repeat(300_000)]])('that is none is none', (text) => {
    writeFileSync(join(folder, 'network.json'), text);
    expect(changes.status()).toEqual({ available: true });
  });
});
