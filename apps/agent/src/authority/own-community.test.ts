import { openBackup } from '@energymesh/enrolment';
import {
  CertificateVerifier,
  createRequests,
  generateNodeKey,
  generateP256Key,
  joinCode,
  type NodeKey,
  readInvite,
  verifyCommunityDocument,
} from '@energymesh/identity';
import { expect, test } from 'vitest';
import { type Files, OwnCommunity } from './own-community.ts';
import { membersMax } from './records-file.ts';

const start = Date.UTC(2026, 10, 23);

/** A disk that a test may look at, and fail. */
function world() {
  const disk = new Map<string, string>();
  const is = { now: start, full: false };
  const files: Files = {
    read: (name) => disk.get(name),
    write: (name, content) => {
      if (is.full) throw new Error('ENOSPC');
      disk.set(name, content);
    },
  };
  const options = { files, now: () => is.now, hubs: () => ['https://192.168.4.2:8443'] };
  return { disk, is, options };
}
const requestsOf = (key: NodeKey, name: string) => createRequests(key, generateP256Key(), name);
const tokenIn = (text: string) => {
  const read = readInvite(text);
  return read.ok ? read.invite.token : '';
};

test('a community is made, its node is the first member, invites another and lets one in that asks; all of it outlives a restart', async () => {
  const { disk, options } = world();
  expect(await OwnCommunity.open(options)).toBeUndefined();
  const made = await OwnCommunity.create(options, 'Hillside');
  const founder = generateNodeKey();
  const text = await made.inviteSelf('https://127.0.0.1:8443');
  const first = await made.parts.enrolment.enrol({ token: tokenIn(text), requests: await requestsOf(founder, 'Mill'), name: 'Mill' });
  expect(first).toMatchObject({ node: founder.nodeId, gateway: true });
  expect([...disk.keys()].sort()).toEqual(['authority.json', 'moved', 'records.json', 'server.key']);

  const own = (await OwnCommunity.open(options)) as OwnCommunity;
  expect([own.authority.id, own.members.length]).toEqual([made.authority.id, 1]);
  const verifier = new CertificateVerifier({ rawRootKey: own.authority.rawRootKey });
  expect(verifyCommunityDocument(own.parts.community.document.bytes, verifier)).toMatchObject({ ok: true, document: { revoked: [], devices: [] } });
  expect(own.parts.community.document.bytes).toEqual(made.parts.community.document.bytes);

  const ask = (wish: Parameters<typeof own.parts.desk.answer>[1]) => own.parts.desk.answer(founder.nodeId, wish, () => true);
  const invite = (await ask({ what: 'invite', role: 'relay', uses: 1, hours: 24 })) as { text: string };
  expect(readInvite(invite.text)).toMatchObject({ ok: true, invite: { hubs: ['https://192.168.4.2:8443'], community: { name: 'Hillside' } } });
  const second = generateNodeKey();
  await own.parts.enrolment.enrol({ token: tokenIn(invite.text), requests: await requestsOf(second, 'Weir'), name: 'Weir' });
  await expect(own.parts.enrolment.enrol({ token: tokenIn(invite.text), requests: await requestsOf(generateNodeKey(), 'x'), name: 'x' })).rejects.toMatchObject(
    { code: 'invite-used-up' },
  );

  const third = generateNodeKey();
  const asking = { requests: await requestsOf(third, 'Farm'), name: 'Farm', mayBegin: () => {} };
  expect(await own.parts.requests.ask(asking)).toEqual({ state: 'open' });
  expect(await ask({ what: 'list' })).toMatchObject({ requests: [{ name: 'Farm', code: joinCode(third.rawPublicKey, own.authority.rootPin) }] });
  await ask({ what: 'approve', node: third.nodeId, gateway: false });
  const again = (await OwnCommunity.open(options)) as OwnCommunity;
  expect(await again.parts.requests.ask(asking)).toMatchObject({ state: 'admitted', enrolled: { name: 'Farm', gateway: false } });
  expect(again.members).toHaveLength(3);
  expect((await again.parts.enrolment.renew(await requestsOf(second, 'Weir'))).name).toBe('Weir');
});

test('a disk that takes nothing lets nobody in, and nothing of it stays in memory', async () => {
  const { is, options } = world();
  const own = await OwnCommunity.create(options, 'Hillside');
  const token = tokenIn(await own.inviteSelf('https://127.0.0.1:8443'));
  const requests = await requestsOf(generateNodeKey(), 'Mill');
  is.full = true;
  await expect(own.parts.enrolment.enrol({ token, requests, name: 'Mill' })).rejects.toThrow('ENOSPC');
  expect(own.members).toEqual([]);
  is.full = false;
  expect((await own.parts.enrolment.enrol({ token, requests, name: 'Mill' })).name).toBe('Mill');
  expect(own.members).toHaveLength(1);
});

test('a full community says so, and its members still renew', async () => {
  const { disk, options } = world();
  const own = await OwnCommunity.create(options, 'Hillside');
  const founder = generateNodeKey();
  await own.parts.enrolment.enrol({ token: tokenIn(await own.inviteSelf('https://a.example')), requests: await requestsOf(founder, 'Mill'), name: 'Mill' });
  const records = JSON.parse(disk.get('records.json') ?? '');
  const [member] = records.members;
  for (let i = 1; i < membersMax; i++) records.members.push({ ...member, id: i.toString(16).padStart(16, '0') });
  disk.set('records.json', JSON.stringify(records));
  const full = (await OwnCommunity.open(options)) as OwnCommunity;
  const token = tokenIn(await full.inviteSelf('https://a.example'));
  await expect(full.parts.enrolment.enrol({ token, requests: await requestsOf(generateNodeKey(), 'x'), name: 'x' })).rejects.toMatchObject({
    code: 'community-full',
    message: expect.stringContaining('256'),
  });
  expect((await full.parts.enrolment.renew(await requestsOf(founder, 'Mill'))).node).toBe(founder.nodeId);
});

test('its keys and members go to a hub in a sealed file; from then on nobody comes in here', async () => {
  const { options } = world();
  const own = await OwnCommunity.create(options, 'Hillside');
  const founder = generateNodeKey();
  await own.parts.enrolment.enrol({ token: tokenIn(await own.inviteSelf('https://a.example')), requests: await requestsOf(founder, 'Mill'), name: 'Mill' });
  const backup = await openBackup(await own.backup('seven lanterns'), 'seven lanterns');
  expect(backup).toMatchObject({
    authority: own.authority.save(),
    members: [{ id: founder.nodeId, name: 'Mill', gateway: true, publicKey: Buffer.from(founder.rawPublicKey).toString('base64') }],
  });
  expect(own.parts.moved?.()).toBeUndefined();
  own.moveTo('https://hub.example:8443');
  expect((await OwnCommunity.open(options))?.parts.moved?.()).toBe('https://hub.example:8443');
  // Another community begins here.
  expect((await OwnCommunity.create(options, 'Weirside')).moved).toBeUndefined();
});

test('the issuing certificate is renewed in time, and a damaged authority stops the start by name', async () => {
  const { disk, is, options } = world();
  const { issuingPem } = (await OwnCommunity.create(options, 'Hillside')).authority;
  is.now = start + 400 * 86_400_000;
  const later = await OwnCommunity.open(options);
  expect(later?.authority.issuingPem).not.toBe(issuingPem);
  expect(JSON.parse(disk.get('authority.json') ?? '').issuingCertificate).toBe(later?.authority.issuingPem);
  disk.set('authority.json', '{');
  await expect(OwnCommunity.open(options)).rejects.toThrow('authority.json');
});
