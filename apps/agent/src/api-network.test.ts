import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Page } from './api/page.fixture.ts';
import { behind, openDoor } from './door.fixture.ts';
import { Changes } from './radio/changes.ts';

let folder: string;
let uptime: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-api-'));
  mkdirSync(join(folder, 'requests'));
  uptime = 1000;
  behind.reset();
  behind.changes = new Changes({ requests: join(folder, 'requests'), status: join(folder, 'network.json'), uptime: () => uptime });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TRPCClientError) return error.data as { reason?: string; httpStatus?: number; problems?: { field: string; text: string }[] };
    throw error;
  }
  throw new Error('was answered');
};
const state = { version: 1, country: 'DE', mesh: { id: 'mill-lane', passphrase: 'lantern-orchard-7421' } };

test("radio and network are the operator's alone", async () => {
  await using door = await openDoor(folder);
  const page = new Page(door.base);
  for (const ask of [
    () => page.client.radio.get.query(),
    () => page.client.network.status.query(),
    () => page.client.network.propose.mutate({ state }),
    () => page.client.network.confirm.mutate({ id: 'a' }),
    () => page.client.network.revert.mutate({ id: 'a' }),
  ])
    expect((await refused(ask())).reason).toBe('not-logged-in');
  expect(readdirSync(join(folder, 'requests'))).toEqual([]);
  expect(Object.keys(await page.client.card.query()).sort()).toEqual(['at', 'community', 'name', 'nodeId', 'setup', 'state', 'version']);
});

test('a change: wrong fields by name, then placed, seen waiting with its countdown, and confirmed', async () => {
  await using door = await openDoor(folder);
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, 'correct horse battery staple');
  const wrong = await refused(
    page.client.network.propose.mutate({ state: { ...state, country: 'Germany', mesh: { id: 'x'.repeat(40), passphrase: 'canary-77' } } }),
  );
  expect(wrong).toMatchObject({ reason: 'invalid', httpStatus: 400 });
  expect(wrong.problems?.map(({ field }) => field)).toEqual(expect.arrayContaining(['country', 'mesh.id', 'mesh.passphrase']));
  expect(JSON.stringify(wrong)).not.toContain('canary-77');

  const { id } = await page.client.network.propose.mutate({ state, confirmWithinSeconds: 60 });
  expect(readdirSync(join(folder, 'requests'))[0]).toContain(`apply-${id}`);
  writeFileSync(
    join(folder, 'network.json'),
    JSON.stringify({
      version: 1,
      phase: 'waiting',
      uptimeSeconds: 1001,
      waiting: { id, deadlineUptimeSeconds: 1061 },
      recent: [{ id, result: 'waiting', reason: 'In force.', problems: [], uptimeSeconds: 1001 }],
      state: { ...state, mesh: { ...state.mesh, passphrase: '(not shown)' } },
      wireguard: [],
    }),
  );
  const countdown: (number | undefined)[] = [];
  await new Promise<void>((resolve, reject) => {
    const subscription = page.client.network.live.subscribe(undefined, {
      onData: ({ waiting }) => {
        countdown.push(waiting?.secondsLeft);
        uptime += 1;
        if (countdown.length < 2) return;
        subscription.unsubscribe();
        resolve();
      },
      onError: reject,
    });
  });
  expect(countdown).toEqual([61, 60]);
  const status = await page.client.network.status.query();
  expect(status).toMatchObject({ available: true, phase: 'waiting', state: { mesh: { id: 'mill-lane', passphrase: 'set' } }, recent: [{ result: 'waiting' }] });
  expect((await refused(page.client.network.propose.mutate({ state }))).reason).toBe('busy');
  expect((await refused(page.client.network.confirm.mutate({ id: 'change-0' }))).reason).toBe('nothing-waits');
  await page.client.network.confirm.mutate({ id });
  const names = readdirSync(join(folder, 'requests'));
  expect(names.map((name) => JSON.parse(readFileSync(join(folder, 'requests', name), 'utf8')).kind)).toEqual(['apply', 'confirm']);
  await page.close();
});

test('the access point is closed for the operator of a node that is linked: placed without it, and shown as closing', async () => {
  const open = { ...state, ap: { ssid: 'EnergyMesh-7f3a', passphrase: '(not shown)' } };
  writeFileSync(join(folder, 'network.json'), JSON.stringify({ version: 1, phase: 'confirmed', uptimeSeconds: 1001, recent: [], state: open, wireguard: [] }));
  await using door = await openDoor(folder);
  const page = new Page(door.base);
  const close = () => page.client.setup.closeAccessPoint.mutate();
  const requests = () => readdirSync(join(folder, 'requests')).map((name) => JSON.parse(readFileSync(join(folder, 'requests', name), 'utf8')));
  expect((await refused(close())).reason).toBe('not-logged-in');
  await page.claim(door.login.claimCode!, 'correct horse battery staple');
  expect((await page.client.setup.get.query()).network).toMatchObject({ accessPoint: 'EnergyMesh-7f3a' });
  expect((await refused(close())).httpStatus, 'nothing else may lead to it').toBe(409);
  expect(requests()).toEqual([]);
  behind.linked = true;
  expect((await close()).network).toMatchObject({ closing: true });
  await close();
  expect(requests()).toMatchObject([{ kind: 'apply', state: { version: 1, country: 'DE', mesh: { id: 'mill-lane' } } }]);
  expect(requests()[0].state).not.toHaveProperty('ap');
  await page.close();
});
