import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startAgent } from './agent.fixture.ts';
import { Page } from './api/page.fixture.ts';
import { testHub } from './identity/hub.fixture.ts';
import { Store } from './store/store.ts';

let folder: string;
let hub: Awaited<ReturnType<typeof testHub>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'em-setup-'));
  hub = await testHub();
});
afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

const data = () => join(folder, 'data');
const start = (extra: Record<string, string> = {}) => startAgent({ name: 'Blank', dataDir: data(), folder }, { EM_TEST_BLANK: '1', ...extra });
const passphrase = 'a long enough passphrase';
const within = { timeout: 30_000, interval: 50 };
const refusal = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TRPCClientError) return error.data as { reason?: string; problems?: { field: string; text: string }[] };
    throw error;
  }
  throw new Error('was answered');
};
const probe = (base: string, path: string) => fetch(`${base}${path}`, { redirect: 'manual' });

test('from blank to online, killed between the steps: each start goes on where the last one was', async () => {
  const invite = hub.invite();
  let page: Page;
  {
    await using agent = await start();
    expect((await probe(agent.base, '/generate_204')).headers.get('location')).toBe(`${agent.base}/setup`);
    page = new Page(agent.base);
    expect(await page.client.card.query()).toMatchObject({ state: 'unclaimed', setup: 'open', name: 'Blank' });
    expect((await refusal(page.client.setup.get.query())).reason).toBe('not-logged-in');
    await page.claim(agent.claimCode, passphrase);
    const { setup } = page.client;
    expect(await setup.get.query()).toMatchObject({ step: 'way', node: { name: 'Blank' }, network: { available: false } });

    const wrong = await setup.checkInvite.mutate({ text: `country: Germany\n${invite.slice(0, -30)}` });
    expect(wrong).toMatchObject({ ok: false });
    expect(!wrong.ok && wrong.problems.map(({ field }) => field)).toEqual(['invite', 'country']);
    expect(await setup.checkInvite.mutate({ text: `name: Weir 2\ncountry: DE\n${invite.slice(0, 70)}\n${invite.slice(70)}` })).toMatchObject({
      ok: true,
      community: 'Sunny Street',
      role: 'gateway',
      country: 'DE',
      name: 'Weir 2',
    });
    expect((await refusal(setup.invite.mutate({ text: 'hello' }))).problems?.[0]?.field).toBe('invite');
    expect((await refusal(setup.postpone.mutate())).reason).toBe('not-now');
    expect(await setup.invite.mutate({ text: invite })).toMatchObject({ step: 'radio', way: { by: 'invite', community: 'Sunny Street' } });
    await page.close();
  }
  {
    await using agent = await start();
    page = new Page(agent.base);
    await page.login('operator', passphrase);
    const { setup } = page.client;
    expect((await setup.get.query()).step).toBe('radio');
    expect((await refusal(setup.radio.mutate({ country: 'XX' }))).problems?.[0]?.field).toBe('country');
    await setup.radio.mutate({ country: 'DE' });
    expect(hub.asked, 'nobody is asked before the node has its name').toEqual([]);
    await page.close();
  }
  // No hub: the node is told so in words, and everything local goes on.
  hub.replyWith(() => ({ status: 503, body: {} }));
  {
    await using agent = await start();
    page = new Page(agent.base);
    await page.login('operator', passphrase);
    const { setup } = page.client;
    const placed = await setup.place.mutate({ name: 'Weir Cottage', position: { lat: 50.731, lon: 7.1083 } });
    // Nothing on this machine takes changes of the network: on to the hub.
    expect(placed.step).toBe('join');
    await vi.waitFor(async () => expect((await setup.get.query()).asking?.words).toMatch(/^https:\/\/127.0.0.1:\d+ has no time now\.$/), within);
    expect(await setup.goOn.mutate()).toMatchObject({ step: 'done', joined: 'deferred' });
    expect(await page.client.card.query()).toMatchObject({ setup: 'done', name: 'Weir Cottage' });
    expect((await page.client.status.get.query()).node).toMatchObject({ name: 'Weir Cottage', position: { lat: 50.731, lon: 7.1083 } });
    expect((await probe(agent.base, '/generate_204')).status).toBe(204);
    await page.close();
  }
  hub.replyWith(hub.admit);
  await using agent = await start();
  await agent.ready;
  page = new Page(agent.base);
  await page.login('operator', passphrase);
  expect(await page.client.setup.get.query()).toMatchObject({ step: 'done', joined: 'enrolled', community: 'Sunny Street', wallet: 'none' });
  expect((await page.client.status.get.query()).node).toMatchObject({
    name: 'Weir Cottage',
    community: 'Sunny Street',
    position: { lat: 50.731, lon: 7.1083 },
  });
  expect(hub.asked.at(-1)?.body.name).toBe('Weir Cottage');
  {
    using store = Store.open(join(data(), 'state.db'));
    expect(store.settings.get('setup')).toContain('Weir Cottage');
    expect(store.settings.get('setup'), 'the invite is not kept').not.toContain(invite);
  }
  await page.close();
}, 120_000);

test('an invite that is used up: said in words, and another one is taken', async () => {
  await using agent = await start();
  const page = new Page(agent.base);
  await page.claim(agent.claimCode, passphrase);
  const { setup } = page.client;
  hub.replyWith(() => ({ status: 403, body: { error: { code: 'invite-used-up', message: 'x' } } }));
  await setup.invite.mutate({ text: hub.invite() });
  await setup.radio.mutate({});
  await setup.place.mutate({ name: 'Roof' });
  await vi.waitFor(
    async () => expect(await setup.get.query()).toMatchObject({ step: 'way', refused: 'This invite has been used by another node. Ask for a new one.' }),
    within,
  );
  hub.replyWith(hub.admit);
  await setup.invite.mutate({ text: hub.invite() });
  // What was answered before is still there.
  expect(await setup.get.query()).toMatchObject({ step: 'radio', place: { name: 'Roof' } });
  await setup.radio.mutate({});
  await setup.place.mutate({ name: 'Roof' });
  await agent.ready;
  await page.close();
}, 60_000);

test('an invite on the boot partition needs nobody; who claims later finds nothing left to do', async () => {
  const file = join(folder, 'invite.txt');
  writeFileSync(file, hub.invite());
  await using agent = await start({ EM_INVITE: file });
  await agent.ready;
  const page = new Page(agent.base);
  expect(await page.client.card.query()).toMatchObject({ state: 'unclaimed', setup: 'open', community: 'Sunny Street' });
  await page.claim(agent.claimCode, passphrase);
  expect(await page.client.setup.get.query()).toMatchObject({ step: 'done', joined: 'enrolled' });
  await page.close();
}, 60_000);

test('factory reset: with the passphrase anew and the name typed; then a new node, as unclaimed as out of the box, and not back in by its old invite', async () => {
  const file = join(folder, 'invite.txt');
  writeFileSync(file, hub.invite());
  await using agent = await start({ EM_INVITE: file });
  await agent.ready;
  const before = agent.claimCode;
  let page = new Page(agent.base);
  await page.claim(before, passphrase);
  const losses = await page.client.setup.losses.query();
  expect(losses).toMatchObject({ name: 'Blank', community: 'Sunny Street', waiting: 0 });
  expect((await refusal(page.client.setup.reset.mutate({ name: 'Other' }))).problems?.[0]?.field).toBe('name');
  expect(existsSync(join(data(), 'identity', 'enrolment.json'))).toBe(true);
  const session = page.session;
  await page.client.setup.reset.mutate({ name: 'Blank' });
  await vi.waitFor(() => expect(agent.claimCode).not.toBe(before), within);
  await page.close();

  page = new Page(agent.base);
  const card = await page.client.card.query();
  expect(card).toMatchObject({ state: 'unclaimed', setup: 'open', community: '' });
  expect(card.nodeId, 'keys of its own').not.toBe(losses.id);
  page.session = session;
  expect((await refusal(page.client.setup.get.query())).reason, 'nobody is logged in').toBe('unknown-session');
  expect(existsSync(join(data(), 'identity', 'enrolment.json'))).toBe(false);
  expect(readdirSync(data())).not.toContain('factory-reset');
  const asked = hub.asked.length;
  await page.claim(agent.claimCode, 'another long passphrase');
  expect(await page.client.setup.get.query()).toMatchObject({ step: 'way' });
  expect(hub.asked.length).toBe(asked);
  await page.close();
}, 90_000);
