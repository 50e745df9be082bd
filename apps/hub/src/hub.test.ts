import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CertificateVerifier,
  createRequests,
  derOfPem,
  faultOfDoor,
  generateNodeKey,
  generateP256Key,
  joinDer,
  nodeIdOf,
  openBeaconKey,
  verifyCommunityDocument,
} from '@energymesh/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startsMsMax, TestHub } from './hub.fixture.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.open();
}, startsMsMax);
afterAll(() => hub.destroy());

const verifier = () => new CertificateVerifier({ rawRootKey: hub.hub.authority.rawRootKey });
const bundle = (chain: string) => joinDer(derOfPem(chain)!);
const document = (base64: string) => {
  const verdict = verifyCommunityDocument(Buffer.from(base64, 'base64'), verifier());
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.document;
};

test('a node enrols by invite: certificate, root, beacon key and document; a gateway also learns the broker', async () => {
  const { status, body, key } = await hub.enrol({ role: 'gateway', name: 'Dach Süd' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ node: nodeIdOf(key.rawPublicKey), name: 'Dach Süd', gateway: true, community: { id: hub.community, name: 'Sunny Street' } });
  expect(Buffer.from(body.beaconKey, 'base64url').length).toBe(32);
  const verdict = verifier().verifyNode(bundle(body.chain), { clock: { now: Date.now(), trusted: true } });
  expect(verdict).toMatchObject({ ok: true, node: body.node, dates: 'fresh', roles: new Set(['relay', 'gateway']) });
  expect(CertificateVerifier.fromRoot(derOfPem(body.root)![0]!, hub.hub.authority.rootPin)?.community).toBe(hub.community);
  expect(document(body.document).number).toBeGreaterThan(0);
  expect(body.backend).toEqual({ url: hub.hub.addresses.mqtt, protocol: '3.1.1', login: { by: 'certificate' }, ca: body.root });
  expect((await hub.enrol({ role: 'relay' })).body).not.toHaveProperty('backend');
});

test('an invite is good for its uses and its time, and an answer that was lost can be asked for again', async () => {
  const { token } = await hub.invite({ uses: 1 });
  const first = await hub.enrol({ token });
  expect(first.status).toBe(200);
  expect((await hub.enrol({ token, key: first.key })).status).toBe(200);
  const second = await hub.enrol({ token });
  expect(second).toMatchObject({ status: 403, body: { error: { code: 'invite-used-up', message: expect.stringContaining('used up') } } });

  const late = await hub.invite({ uses: 5, hours: 1 });
  hub.clock.offsetMs = 3_700_000;
  expect((await hub.enrol({ token: late.token })).body.error.code).toBe('invite-expired');
  hub.clock.offsetMs = 0;
  expect((await hub.enrol({ token: 'A'.repeat(22) })).body.error.code).toBe('invite-unknown');
});

test('two who ask at once with an invite for one: one gets in', async () => {
  const { token } = await hub.invite({ uses: 1 });
  const answers = await Promise.all([hub.enrol({ token }), hub.enrol({ token }), hub.enrol({ token })]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403, 403]);
});

test('requests that are no requests are refused with what is wrong', async () => {
  const { token } = await hub.invite();
  const requests = await createRequests(generateNodeKey(), generateP256Key(), 'roof');
  const { doorCsr } = await createRequests(generateNodeKey(), generateP256Key(), 'roof');
  const ask = async (body: unknown) => (await hub.call('POST', '/enrol', body)).body.error;
  expect(await ask({ ...requests, token, csr: 'nonsense', name: 'roof' })).toMatchObject({ code: 'bad-request', message: expect.stringContaining('csr') });
  expect(await ask({ ...requests, token, doorCsr, name: 'roof' })).toMatchObject({ code: 'bad-request', message: expect.stringContaining('doorCsr') });
  expect(await ask({ token, csr: requests.csr, name: 'roof' })).toMatchObject({ code: 'bad-request', message: expect.stringContaining('doorCsr') });
  expect(await ask({ ...requests, token, name: 'a\nb' })).toMatchObject({ code: 'bad-name' });
  expect(await ask({ ...requests, token: 'x', name: 'roof' })).toMatchObject({ code: 'bad-request', message: expect.stringContaining('token') });
  expect((await hub.call('POST', '/enrol', { ...requests, token, name: 'x'.repeat(20_000) })).status).toBe(413);
});

test('enrolment is not served in plain, and the plain door knows its name', async () => {
  const plain = hub.hub.addresses.http;
  const enrol = await fetch(`${plain}/enrol`, { method: 'POST', body: '{}' });
  expect([enrol.status, ((await enrol.json()) as { error: { code: string } }).error.code]).toEqual([403, 'https-only']);
  expect((await fetch(`${plain}/healthz`)).status).toBe(200);
  const { port } = new URL(plain);
  const { request } = await import('node:http');
  const status = await new Promise((resolve) =>
    request({ host: '127.0.0.1', port, path: '/healthz', headers: { host: 'evil.example' }, agent: false }, (response) =>
      resolve(response.resume().statusCode),
    ).end(),
  );
  expect(status).toBe(421);
});

test('the admin API takes the token and nothing else', async () => {
  expect((await hub.call('GET', '/admin/nodes')).status).toBe(401);
  expect((await hub.call('GET', '/admin/nodes', undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await hub.admin('GET', '/nodes')).status).toBe(200);
  expect((await hub.admin('POST', '/devices', { id: 'Not Good', role: 'meter' })).body.error.message).toContain('id');
  expect((await hub.admin('POST', '/invites', { hubs: ['http://plain.example'] })).status).toBe(400);
  for (const name of ['admin-token', 'authority.json', 'server-key.pem', 'tools-password']) {
    expect((await stat(join(hub.dataDir, name))).mode & 0o777).toBe(0o600);
  }
});

test('every change of devices and revocations makes a document of a higher number, which survives a restart', async () => {
  const member = await hub.member('relay');
  const numbers: number[] = [];
  const newest = async () => {
    const { body } = await hub.enrol();
    const read = document(body.document);
    numbers.push(read.number);
    return read;
  };
  await newest();
  const { body: device } = await hub.admin('POST', '/devices', { id: 'meter-1', role: 'meter' });
  expect(device).toEqual({ id: 'meter-1', role: 'meter', token: expect.stringMatching(/^[\w-]{22}$/), ca: hub.hub.authority.deviceRootPem });
  expect((await newest()).devices.map((entry) => entry.id)).toEqual(['meter-1']);
  const { body: revoked } = await hub.admin('POST', '/revoke', { node: member.node });
  const told = await newest();
  expect(told.number).toBe(revoked.document);
  expect(told.isRevoked(member.node, 'any')).toBe(true);
  expect((await hub.admin('POST', '/revoke', { node: 'f'.repeat(16) })).status).toBe(404);
  expect((await hub.admin('DELETE', '/devices/meter-1')).status).toBe(200);
  await newest();

  await hub.stop();
  hub.clock.offsetMs = -86_400_000;
  await hub.start();
  expect((await newest()).number).toBe(numbers.at(-2));
  await hub.admin('POST', '/devices', { id: 'meter-2', role: 'donor' });
  await newest();
  hub.clock.offsetMs = 0;
  expect(numbers.every((number, i) => i === 0 || number > numbers[i - 1]! || i === numbers.length - 2)).toBe(true);
});

test('a node renews with its own key, keeps name and role, and not after its revocation', async () => {
  const { body, key } = await hub.enrol({ role: 'gateway', name: 'porch' });
  const door = generateP256Key();
  const requests = await createRequests(key, door, 'another name');
  const renewed = await hub.call('POST', '/renew', requests);
  expect(renewed.body).toMatchObject({ node: body.node, name: 'porch', gateway: true });
  expect(faultOfDoor({ pem: renewed.body.door, rootPem: renewed.body.deviceRoot, node: body.node, key: door })).toBeUndefined();
  expect(renewed.body.deviceRoot).toBe(body.deviceRoot);
  expect((await hub.call('POST', '/renew', await createRequests(generateNodeKey(), door, 'x'))).body.error.code).toBe('not-enrolled');
  await hub.admin('POST', '/revoke', { node: body.node });
  expect((await hub.call('POST', '/renew', requests)).body.error.code).toBe('revoked');
  expect((await hub.enrol({ key, role: 'relay' })).body.error.code).toBe('revoked');
});

test('revoking a node rotates the beacon key: whoever remains can read it in the document, the revoked node cannot, and it survives a restart', async () => {
  const [stays, victim] = [await hub.enrol(), await hub.enrol()];
  const before = stays.body;
  const epoch = before.beaconEpoch as number;
  await hub.admin('POST', '/revoke', { node: victim.body.node, serial: 'ab' });
  expect((await hub.enrol()).body.beaconEpoch).toBe(epoch);
  await hub.admin('POST', '/revoke', { node: victim.body.node });
  await hub.stop();
  await hub.start();
  const later = (await hub.enrol()).body;
  expect(later.beaconEpoch).toBe(epoch + 1);
  expect(later.beaconKey).not.toBe(before.beaconKey);
  const { beacon } = document(later.document);
  const open = (key: typeof stays.key) => openBeaconKey(beacon!, { community: hub.community, key });
  expect(Buffer.from(open(stays.key)!).toString('base64url')).toBe(later.beaconKey);
  expect(open(victim.key)).toBeUndefined();
  expect((await hub.admin('POST', '/revoke', { node: 'f'.repeat(16) })).status).toBe(404);
  expect((await hub.enrol()).body).toMatchObject({ beaconEpoch: epoch + 1, beaconKey: later.beaconKey });
  // Nodes are listed without their keys.
  expect(Object.keys((await hub.admin('GET', '/nodes')).body.rows[0])).not.toContain('publicKey');
});

test('the status page shows names as text and needs no script', async () => {
  await hub.enrol({ name: "O'Neil 2" });
  const { body, status } = await hub.call('GET', '/');
  expect(status).toBe(200);
  expect(body).toContain('O&#39;Neil 2');
  expect(body).not.toContain('<script');
});

test('a second hub on the same folder is refused', async () => {
  await expect(TestHub.prototype.start.call({ ...hub, dataDir: hub.dataDir, clock: hub.clock, options: {} } as unknown as TestHub)).rejects.toThrow(
    'in use by another hub',
  );
});
