import { createRequests, faultOfDoor, generateNodeKey, generateP256Key, joinCode, readInvite } from '@energymesh/identity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startsMsMax, TestHub } from './hub.fixture.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.open();
}, startsMsMax);
afterAll(() => hub.destroy());

const events = async () => (await hub.admin('GET', '/events?limit=50')).body.rows as { kind: string; detail: string }[];
const tokenOf = (text: string) => {
  const read = readInvite(text);
  if (!read.ok) throw new Error('no invite');
  return read.invite.token;
};
const hourMs = 3_600_000;

test('a member invites: the invite works, is listed with its uses, and can be withdrawn; who invited whom is noted', async () => {
  const member = await hub.member('relay');
  const made = await hub.asMember(member, { what: 'invite', uses: 2, hours: 24 });
  expect(made).toMatchObject({ status: 200, body: { text: expect.stringMatching(/^EM1-/), role: 'relay', uses: 2, community: 'Sunny Street' } });
  const token = tokenOf(made.body.text);
  const first = await hub.enrol({ token, name: 'Weir Cottage' });
  expect(first).toMatchObject({ status: 200, body: { gateway: false } });
  const { body: list } = await hub.asMember(member, { what: 'list' });
  expect(list).toMatchObject({ gateway: false, invitesMax: 10, invites: [{ id: made.body.id, uses: 1, usesMax: 2 }], requests: [] });
  const details = (await events()).map(({ kind, detail }) => `${kind}: ${detail}`);
  expect(details).toContain(`invite-made: relay, 2 uses by ${member.node}`);
  expect(details).toContain(`node-enrolled: ${first.body.node} Weir Cottage, let in by ${member.node}`);

  // Another member's is not touched.
  const other = await hub.member('relay');
  expect((await hub.asMember(other, { what: 'withdraw', id: made.body.id })).body.error.code).toBe('no-such');
  expect((await hub.asMember(other, { what: 'list' })).body.invites).toEqual([]);
  expect((await hub.asMember(member, { what: 'withdraw', id: made.body.id })).body.invites).toEqual([]);
  expect((await hub.enrol({ token })).body.error).toMatchObject({ code: 'invite-withdrawn', message: expect.stringContaining('ask for a new one') });
  // Whoever is in already may ask again: its answer was lost.
  expect((await hub.enrol({ token, key: first.key, name: 'Weir Cottage' })).status).toBe(200);
});

test('only members with a key and a certificate that counts are heard, each on its own connection', async () => {
  const member = await hub.member('relay');
  const stranger = generateNodeKey();
  expect((await hub.asMember({ key: stranger, node: stranger.nodeId }, { what: 'list' })).body.error.code).toBe('bad-signature');
  expect((await hub.asMember(member, { what: 'list' }, stranger)).body.error.code).toBe('bad-signature');
  // Signed for another connection.
  const elsewhere = await hub.call('POST', '/members', { node: member.node, ask: '{"what":"list"}', signature: 'A'.repeat(86) });
  expect(elsewhere.body.error.code).toBe('bad-signature');
  expect((await hub.asMember(member, { what: 'rule' })).status).toBe(400);
  expect((await hub.asMember(member, { what: 'invite', uses: 21 })).body.error.message).toContain('uses');

  hub.clock.offsetMs = 31 * 24 * hourMs;
  expect((await hub.asMember(member, { what: 'list' })).body.error).toMatchObject({ code: 'expired', message: expect.stringContaining('renews first') });
  hub.clock.offsetMs = 0;
  await hub.admin('POST', '/revoke', { node: member.node });
  expect((await hub.asMember(member, { what: 'invite' })).body.error.code).toBe('revoked');
});

test('ten open invites of a member and no more, and nobody gives more than it has', async () => {
  const [relay, gateway] = [await hub.member('relay'), await hub.member('gateway')];
  for (let made = 0; made < 10; made++) expect((await hub.asMember(relay, { what: 'invite', hours: 1 })).status).toBe(200);
  expect((await hub.asMember(relay, { what: 'invite' })).body.error).toMatchObject({ code: 'too-many', message: expect.stringContaining('withdraw one') });
  hub.clock.offsetMs = 2 * hourMs;
  expect((await hub.asMember(relay, { what: 'invite' })).status).toBe(200);
  hub.clock.offsetMs = 0;
  expect((await hub.asMember(relay, { what: 'invite', role: 'gateway' })).body.error.code).toBe('not-allowed');
  const made = await hub.asMember(gateway, { what: 'invite', role: 'gateway' });
  expect((await hub.enrol({ token: tokenOf(made.body.text) })).body).toMatchObject({ gateway: true, backend: { protocol: '3.1.1' } });
});

test('a node without an invite asks, is shown with the code that it shows itself, is approved, and is in with its next asking', async () => {
  const member = await hub.member('relay');
  const key = generateNodeKey();
  expect(await hub.asksToJoin(key, 'Ferry House')).toMatchObject({ status: 200, body: { state: 'open' } });
  expect((await hub.asksToJoin(key, 'Ferry House')).body).toEqual({ state: 'open' });
  const { requests } = (await hub.asMember(member, { what: 'list' })).body;
  expect(requests).toMatchObject([{ node: key.nodeId, name: 'Ferry House', code: joinCode(key.rawPublicKey, hub.hub.authority.rootPin) }]);
  expect((await hub.asMember(member, { what: 'approve', node: key.nodeId, gateway: true })).body.error.code).toBe('not-allowed');
  const after = (await hub.asMember(member, { what: 'approve', node: key.nodeId })).body;
  expect(after).toMatchObject({ requests: [], decided: [{ node: key.nodeId, state: 'approved', by: 'roof' }] });
  expect((await hub.asMember(member, { what: 'refuse', node: key.nodeId })).body.error.code).toBe('no-such');

  // Under the name that was approved, whatever it says now.
  const door = generateP256Key();
  const admitted = await hub.call('POST', '/join', { ...(await createRequests(key, door, 'Ferry House')), name: 'The hub' });
  expect(admitted.body).toMatchObject({ state: 'admitted', node: key.nodeId, name: 'Ferry House', gateway: false, root: hub.hub.authority.rootPem });
  expect(faultOfDoor({ pem: admitted.body.door, rootPem: admitted.body.deviceRoot, node: key.nodeId, key: door })).toBeUndefined();
  expect((await hub.call('POST', '/renew', await createRequests(key, door, 'x'))).status).toBe(200);
  expect((await events()).map(({ kind, detail }) => `${kind}: ${detail}`)).toContain(`join-approved: ${key.nodeId} Ferry House by ${member.node}`);
});

test('a request lapses when its node stops asking, a refusal is told, and one for good stays', async () => {
  const member = await hub.member('relay');
  const [gone, refused, banned] = [generateNodeKey(), generateNodeKey(), generateNodeKey()];
  hub.clock.offsetMs = hourMs;
  for (const [key, name] of [
    [gone, 'gone'],
    [refused, 'refused'],
    [banned, 'banned'],
  ] as const)
    expect((await hub.asksToJoin(key, name)).status).toBe(200);
  await hub.asMember(member, { what: 'refuse', node: refused.nodeId });
  await hub.asMember(member, { what: 'refuse', node: banned.nodeId, forGood: true });
  expect((await hub.asksToJoin(refused, 'refused')).body).toEqual({ state: 'refused', forGood: false });
  hub.clock.offsetMs = 26 * hourMs;
  expect((await hub.asMember(member, { what: 'list' })).body.requests).toEqual([]);
  expect((await hub.asksToJoin(refused, 'refused')).body).toEqual({ state: 'open' });
  expect((await hub.asksToJoin(banned, 'banned')).body).toEqual({ state: 'refused', forGood: true });
  expect((await hub.asMember(member, { what: 'list' })).body.requests).toMatchObject([{ node: refused.nodeId }]);
  await hub.stop();
  await hub.start();
  expect((await hub.asksToJoin(banned, 'banned')).body).toEqual({ state: 'refused', forGood: true });
  hub.clock.offsetMs = 0;
});

test('one address begins a few requests and is then told to wait; those that it began go on', async () => {
  hub.clock.offsetMs = 100 * hourMs;
  const keys = Array.from({ length: 6 }, () => generateNodeKey());
  const answers = [];
  for (const [i, key] of keys.entries()) answers.push((await hub.asksToJoin(key, `roof ${i}`)).status);
  expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await hub.asksToJoin(keys[0]!, 'roof 0')).status).toBe(200);
  hub.clock.offsetMs += 300_000;
  expect((await hub.asksToJoin(keys[5]!, 'roof 5')).status).toBe(200);
  hub.clock.offsetMs = 0;
});

test('asking to join is not served in plain', async () => {
  for (const path of ['/join', '/members']) {
    const answer = await fetch(`${hub.hub.addresses.http}${path}`, { method: 'POST', body: '{}' });
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([403, 'https-only']);
  }
});

test('a member adds a device, which is in the document; a known id is not given away, and nobody revokes what another one added', async () => {
  const [member, other] = [await hub.member('relay'), await hub.member('relay')];
  await hub.admin('POST', '/devices', { id: 'village-meter', role: 'meter' });
  const made = await hub.asMember(member, { what: 'add-device', id: 'ferry-lock', role: 'lock' });
  expect(made).toMatchObject({
    status: 200,
    body: { id: 'ferry-lock', role: 'lock', token: expect.stringMatching(/^[\w-]{22}$/), ca: expect.stringContaining('CERTIFICATE') },
  });
  const known = await hub.asMember(other, { what: 'add-device', id: 'ferry-lock', role: 'lock' });
  expect(known.body.error).toMatchObject({ code: 'device-known', message: expect.stringContaining('choose another id') });
  expect((await hub.asMember(member, { what: 'add-device', id: 'village-meter', role: 'meter' })).body.error.code).toBe('device-known');

  const list = (await hub.asMember(member, { what: 'devices' })).body;
  expect(list.devices).toMatchObject([
    { id: 'ferry-lock', role: 'lock', own: true },
    { id: 'village-meter', role: 'meter', own: false },
  ]);
  expect(JSON.stringify(list)).not.toContain(made.body.token);
  expect((await hub.asMember(other, { what: 'remove-device', id: 'ferry-lock' })).body.error.code).toBe('not-allowed');
  expect((await hub.asMember(member, { what: 'remove-device', id: 'village-meter' })).body.error.message).toContain('the administrator');
  expect((await hub.asMember(member, { what: 'remove-device', id: 'no-such' })).body.error.code).toBe('no-such');
  expect((await hub.asMember(member, { what: 'remove-device', id: 'ferry-lock' })).body.devices.map(({ id }: { id: string }) => id)).toEqual(['village-meter']);
  const events = (await hub.admin('GET', '/events?limit=20')).body.rows.map(({ kind, detail }: { kind: string; detail: string }) => `${kind}: ${detail}`);
  expect(events).toEqual(expect.arrayContaining([`device-added: ferry-lock (lock), by ${member.node}`, 'device-removed: ferry-lock']));
});

test('an id or a role that is none is refused by its name', async () => {
  const member = await hub.member('relay');
  expect((await hub.asMember(member, { what: 'add-device', id: 'Ferry Lock', role: 'lock' })).body.error.message).toContain('id: expected 1 to 32 of a-z');
  expect((await hub.asMember(member, { what: 'add-device', id: 'lock', role: 'boat' })).body.error.message).toContain('role');
});

test('sixty-four devices of one member and no more', async () => {
  const member = await hub.member('relay');
  for (let made = 0; made < 64; made++) {
    // One address may ask once a second.
    hub.clock.offsetMs += 1000;
    expect((await hub.asMember(member, { what: 'add-device', id: `meter-${made}`, role: 'meter' })).status).toBe(200);
  }
  expect((await hub.asMember(member, { what: 'add-device', id: 'meter-64', role: 'meter' })).body.error).toMatchObject({
    code: 'too-many',
    message: expect.stringContaining('revoke one'),
  });
  await hub.asMember(member, { what: 'remove-device', id: 'meter-0' });
  expect((await hub.asMember(member, { what: 'add-device', id: 'meter-64', role: 'meter' })).status).toBe(200);
  hub.clock.offsetMs = 0;
});
