import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Page } from './api/page.fixture.ts';
import { SealEnd } from './api/sealed.ts';
import { systemClock } from './clock.ts';
import { behind, openDoor } from './door.fixture.ts';

const passphrase = 'correct horse battery staple';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-api-'));
  behind.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const from = (base: string, agent: string) =>
  new Page(base, (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('user-agent', agent);
    return fetch(input, { ...init, headers });
  });
const reasonOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TRPCClientError) return (error.data as { reason?: string }).reason;
    throw error;
  }
  throw new Error('was answered');
};

test('who is logged in, by browser; one is ended, then all others; over a restart the names stay', async () => {
  {
    await using door = await openDoor(folder);
    const own = from(door.base, 'Firefox/140.0 (Linux)');
    await own.claim(door.login.claimCode!, passphrase);
    const others = [from(door.base, 'Chrome/141 (Android)\u00e4'), from(door.base, `Safari ${'x'.repeat(500)}`), from(door.base, '')];
    for (const other of others) await other.login('operator', passphrase);
    const { sessions } = await own.client.auth.sessions.query();
    expect(sessions.map(({ own: mine, kind }) => [mine, kind])).toEqual(expect.arrayContaining([[true, 'operator']]));
    expect(sessions).toHaveLength(4);
    expect(sessions.filter((one) => one.own).map(({ agent }) => agent)).toEqual(['Firefox/140.0 (Linux)']);
    expect(Math.max(...sessions.map(({ agent }) => agent.length))).toBe(200);
    expect(JSON.stringify(sessions)).not.toContain(own.session!.key);

    await own.client.auth.endSession.mutate({ id: others[0]!.session!.id });
    expect(await reasonOf(others[0]!.client.status.get.query())).toBe('unknown-session');
    // Again: it has ended, which is what was asked for.
    await own.client.auth.endSession.mutate({ id: others[0]!.session!.id });
    expect((await others[1]!.client.status.get.query()).node.name).toBe('Mill');
  }
  await using door = await openDoor(folder);
  const again = from(door.base, 'Edg/141');
  await again.login('operator', passphrase);
  const { sessions } = await again.client.auth.sessions.query();
  expect(sessions.map(({ agent }) => agent)).toContain('Firefox/140.0 (Linux)');
  expect(await again.client.auth.endOthers.mutate()).toEqual({ ended: sessions.length - 1 });
  expect((await again.client.auth.sessions.query()).sessions).toMatchObject([{ own: true, agent: 'Edg/141' }]);
});

test('another passphrase is taken from a fresh session only, and ends all sessions', async () => {
  let aheadMs = 0;
  const clock = { ...systemClock, wall: () => Date.now() + aheadMs };
  await using door = await openDoor(folder, { clock });
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, passphrase);
  aheadMs = 121_000;
  expect(await reasonOf(page.setPassphrase('kettle orbit walnut'))).toBe('not-fresh');
  expect((await page.client.status.get.query()).node.name).toBe('Mill');
  const other = new Page(door.base);
  await other.login('operator', passphrase);
  await other.setPassphrase('kettle orbit walnut');
  expect(await reasonOf(page.client.status.get.query())).toBe('unknown-session');
  expect(await other.login('operator', passphrase)).toBe(false);
  expect(await other.login('operator', 'kettle orbit walnut')).toBe(true);
});

test("what the node is, who is logged in and how much it logs are the operator's alone", async () => {
  await using door = await openDoor(folder);
  const page = new Page(door.base);
  for (const ask of [
    () => page.client.about.get.query(),
    () => page.client.about.setLogLevel.mutate({ level: 'debug' }),
    () => page.client.auth.sessions.query(),
    () => page.client.auth.endSession.mutate({ id: 'a' }),
    () => page.client.auth.endOthers.mutate(),
    () => page.client.network.check.mutate({ state: {} }),
    () => page.client.network.choices.query({ country: 'DE' }),
  ])
    expect(await reasonOf(ask())).toBe('not-logged-in');
});

test("a device's password comes sealed for the page that asked; without a channel nothing is asked of the hub", async () => {
  await using door = await openDoor(folder);
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, passphrase);
  const device = { id: 'mill-lock', role: 'lock' as const };
  expect(await reasonOf(page.client.devices.add.mutate({ ...device, channel: 'A'.repeat(22) }))).toBe('no-seal');
  expect(behind.devicesAdded).toEqual([]);
  const own = new SealEnd('page', (bytes) => new Uint8Array(randomBytes(bytes)));
  const { channel, key } = await page.client.rewards.wallet.seal.mutate({ key: own.key });
  const { box, ...made } = await page.client.devices.add.mutate({ ...device, channel });
  expect(JSON.stringify(made)).not.toContain('x'.repeat(22));
  expect(own.join(key, page.session!.key)?.open(box)).toBe('x'.repeat(22));
  expect(behind.devicesAdded).toEqual(['mill-lock']);
});
