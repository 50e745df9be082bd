import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackup } from '@energymesh/enrolment';
import { readInvite } from '@energymesh/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startAgent } from './agent.fixture.ts';
import { Page } from './api/page.fixture.ts';
import { SealEnd } from './api/sealed.ts';
import { openAuthorityDoor } from './authority/door.ts';
import { OwnCommunity } from './authority/own-community.ts';
import { systemClock } from './clock.ts';
import { readIfThere } from './identity/files.ts';

const passphrase = 'seven lanterns over the mill race';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-community-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const start = (name: string, port: number, blank = true) =>
  startAgent(
    { name, dataDir: join(folder, name), folder },
    { ...(blank && { EM_TEST_BLANK: '1' }), EM_AUTHORITY_HOST: '127.0.0.1', EM_AUTHORITY_PORT: String(port) },
  );
async function operator(agent: Running): Promise<Page> {
  const page = new Page(agent.base);
  await page.claim(agent.claimCode, passphrase);
  return page;
}
/** The screens between the way in and the hub. */
async function onTo(page: Page, name: string): Promise<void> {
  await page.client.setup.radio.mutate({});
  await page.client.setup.place.mutate({ name });
}

test('a node makes a community without any hub, lets one in that asks and one by invite, and does so again after a restart', async () => {
  const port = await freePort();
  let founder = await start('Mill', port);
  const first = await operator(founder);
  await expect(first.client.setup.create.mutate({ community: '<b>' })).rejects.toMatchObject({ data: { problems: [{ field: 'community' }] } });
  await expect(first.client.people.get.query()).rejects.toMatchObject({ data: { reason: 'no-member' } });
  await first.client.setup.create.mutate({ community: 'Hillside' });
  await onTo(first, 'Mill Lane 7');
  await founder.ready;
  await first.close();

  const page = new Page(founder.base);
  await page.login('operator', passphrase);
  expect(await page.client.setup.get.query()).toMatchObject({ step: 'done', joined: 'enrolled', community: 'Hillside', node: { name: 'Mill Lane 7' } });
  expect((await page.client.status.get.query()).node).toMatchObject({ community: 'Hillside', gateway: false });

  await using second = await start('Farm', 0);
  const asking = await operator(second);
  expect(await asking.client.setup.lookAt.query({ address: 'http://x' })).toMatchObject({ ok: false, words: expect.stringContaining('Write the address') });
  expect(await asking.client.setup.lookAt.query({ address: founder.base.replace('http://', '') })).toMatchObject({ ok: false });
  const met = await asking.client.setup.lookAt.query({ address: `127.0.0.1:${port}` });
  if (!met.ok) throw new Error(met.words);
  expect(met).toMatchObject({ community: 'Hillside', hub: `https://127.0.0.1:${port}` });
  await expect(asking.client.setup.ask.mutate({ address: met.hub, root: 'ab'.repeat(32) })).rejects.toThrow('Another community answers there now');
  await asking.client.setup.ask.mutate({ address: met.hub, root: met.root });
  await onTo(asking, 'Hill Farm');
  await expect.poll(async () => (await page.client.people.get.query()).requests, { timeout: 20_000 }).toMatchObject([{ name: 'Hill Farm', code: met.code }]);
  expect(await asking.client.setup.get.query()).toMatchObject({ step: 'join', way: { by: 'ask', code: met.code }, asking: { open: true } });
  const node = (await page.client.people.get.query()).requests[0]?.node ?? '';
  expect(await page.client.people.approve.mutate({ node })).toMatchObject({ requests: [], decided: [{ name: 'Hill Farm', by: 'Mill Lane 7' }] });
  await second.ready;
  await asking.close();
  await page.close();
  await founder[Symbol.asyncDispose]();

  // The other member asks while its hub, that node, is off; then by invite.
  const away = new Page(second.base);
  await away.login('operator', passphrase);
  await expect(away.client.people.get.query()).rejects.toMatchObject({
    message: expect.stringContaining(`No answer from the hub at 127.0.0.1:${port}`),
    data: { reason: 'hub-away' },
  });
  founder = await start('Mill', port, false);
  await using _founder = founder;
  const founding = new Page(founder.base);
  await founding.login('operator', passphrase);
  const made = await away.client.people.invite.mutate({ uses: 1, hours: 1 });
  expect(readInvite(made.text)).toMatchObject({ ok: true, invite: { hubs: [`https://127.0.0.1:${port}`], role: 'relay' } });
  await expect(away.client.people.invite.mutate({ role: 'gateway' })).rejects.toMatchObject({ data: { reason: 'hub-refused' } });
  await using third = await start('Weir', 0);
  const invited = await operator(third);
  await invited.client.setup.invite.mutate({ text: made.text });
  await onTo(invited, 'Weir Cottage');
  await third.ready;
  expect((await away.client.people.get.query()).invites).toEqual([]);

  // A device needs no hub, and whoever is put out asks for nothing any more.
  const keyOf = away.session?.key ?? '';
  const end = new SealEnd('page', (bytes) => new Uint8Array(randomBytes(bytes)));
  const begun = await away.client.rewards.wallet.seal.mutate({ key: end.key });
  const added = await away.client.devices.add.mutate({ id: 'farm-meter', role: 'meter', channel: begun.channel });
  expect(end.join(begun.key, keyOf)?.open(added.box)).toMatch(/^[\w-]{22}$/);
  const out = new Page(third.base);
  await out.login('operator', passphrase);
  await founding.client.people.revoke.mutate({ node: (await out.client.status.get.query()).node.id });
  await expect(out.client.people.get.query()).rejects.toMatchObject({ message: expect.stringContaining('has revoked this node') });
  await expect(founding.client.people.revoke.mutate({ node: (await founding.client.status.get.query()).node.id })).rejects.toThrow('keeps the keys');
  await Promise.all([founding.close(), out.close()]);

  // A hub is made from the keys, here by another door over the same files, and takes over.
  const own = new Page(founder.base);
  await own.login('operator', passphrase);
  const { file } = await own.client.people.backup.mutate({ passphrase: 'a passphrase of some length' });
  const backup = await openBackup(file, 'a passphrase of some length');
  expect('members' in backup && backup.members.map(({ name }) => name)).toEqual(['Mill Lane 7', 'Hill Farm', 'Weir Cottage']);
  expect(file).not.toContain('PRIVATE');
  await expect(own.client.people.backup.mutate({ passphrase: 'too short' })).rejects.toMatchObject({ data: { reason: 'invalid' } });
  expect(await own.client.people.own.query()).toMatchObject({ own: { name: 'Hillside', members: 2, address: `https://127.0.0.1:${port}` } });
  await expect(own.client.people.moveTo.mutate({ address: `127.0.0.1:${port}` })).rejects.toThrow('the door of this node itself');
  const folderOf = join(folder, 'Mill', 'identity', 'authority');
  const files = { read: (name: string) => readIfThere(join(folderOf, name))?.toString('utf8'), write: () => {} };
  const community = await OwnCommunity.open({ files, now: Date.now, hubs: () => ['https://hub.example:8443'] });
  if (!community) throw new Error('no community');
  await using hub = await openAuthorityDoor({ community, host: '127.0.0.1', port: 0, clock: systemClock, failed: () => {} });
  expect(await own.client.people.moveTo.mutate({ address: `127.0.0.1:${hub.port}` })).toMatchObject({ own: { moved: `https://127.0.0.1:${hub.port}` } });
  // Members learn of it when they ask where it was.
  for (const page of [own, away]) expect(await page.client.people.get.query()).toMatchObject({ requests: [] });
  expect(readInvite((await away.client.people.invite.mutate({})).text)).toMatchObject({ invite: { hubs: ['https://hub.example:8443'] } });
  await Promise.all([away.close(), invited.close(), own.close()]);
}, 120_000);

test('the port of the door is taken: said with what to do, and one may take another way', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
  const { port } = taken.address() as { port: number };
  await using blank = await start('Barn', port);
  const page = await operator(blank);
  await page.client.setup.create.mutate({ community: 'Barnside' });
  await onTo(page, 'Barn');
  await expect
    .poll(async () => page.client.setup.get.query(), { timeout: 20_000 })
    .toMatchObject({ step: 'way', refused: expect.stringContaining('authority.port') });
  await page.close();
  await new Promise((resolve) => taken.close(resolve));
}, 60_000);
