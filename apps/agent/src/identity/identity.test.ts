import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceVerifier, faultOfDoor, newSalt, nodeKeyFromPem, p256KeyFromPem, sealBeaconKey } from '@energymesh/identity';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { moveHub } from '../hub-move.ts';
import { testHub } from './hub.fixture.ts';
import { openIdentity } from './identity.ts';

const now = Date.UTC(2026, 10, 1);
const days = 86_400_000;
const never = new AbortController().signal;
let cleanups: (() => unknown)[] = [];
let dataDir: string;
beforeEach(() => {
  cleanups = [];
  dataDir = mkdtempSync(join(tmpdir(), 'em-identity-'));
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  rmSync(dataDir, { recursive: true, force: true });
});

function opened(clock = new VirtualClock(now), log: string[] = []) {
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line).msg) });
  const identity = openIdentity({ dataDir, clock, buildDate: now - 10 * days, logger, random: () => 0.5 }, never);
  cleanups.push(() => identity[Symbol.asyncDispose]());
  return { identity, clock, log };
}

/** A failed attempt was logged; what is waited for meanwhile is real I/O. */
async function logged(log: string[]) {
  while (log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['enrolment failed, trying again']);
}

async function hub(options: Parameters<typeof testHub>[0] = {}) {
  const made = await testHub({ now, ...options });
  cleanups.push(() => made.close());
  return made;
}

test('a first start makes the key, readable by its own user only; later starts keep it and count the incarnation up', () => {
  const first = opened().identity;
  expect(first).toMatchObject({ incarnation: 1, incarnationUnknown: false, enrolment: undefined });
  expect(first.membership()).toBeUndefined();
  const folder = join(dataDir, 'identity');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  expect(readFileSync(join(folder, 'incarnation'), 'utf8')).toBe('1\n');
  const second = opened().identity;
  expect(second.node).toBe(first.node);
  expect(second.incarnation).toBe(2);
});

test('a lost incarnation is flagged in the log and by the property', () => {
  opened();
  unlinkSync(join(dataDir, 'identity', 'incarnation'));
  const { identity, log } = opened();
  expect(identity).toMatchObject({ incarnation: 1, incarnationUnknown: true });
  expect(log[0]).toContain('incarnation');
});

test('a broken key file stops the start and names the file: no node becomes another one by itself', () => {
  opened();
  writeFileSync(join(dataDir, 'identity', 'node.key'), 'rubbish');
  expect(() => opened()).toThrow('node.key');
});

test('an incarnation that cannot be written stops the start: nothing is ever sent under an old one', () => {
  opened();
  const path = join(dataDir, 'identity', 'incarnation');
  rmSync(path);
  // Root may write anywhere, so a folder in the way stands for a disk that refuses.
  mkdirSync(join(path, 'in the way'), { recursive: true });
  expect(() => opened()).toThrow();
});

test('enrolment by invite: the hub is told token, request and name; what it answers is kept; asking again calls nobody', async () => {
  const { invite, asked, authority } = await hub();
  const { identity } = opened();
  let changes = 0;
  identity.onChange(() => changes++);
  await identity.enrol({ invite: invite(), name: 'roof of 4', signal: never });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ path: '/enrol', body: { name: 'roof of 4' } });
  expect(changes).toBeGreaterThan(0);
  await identity.enrol({ invite: invite(), name: 'roof of 4', signal: never });
  expect(asked).toHaveLength(1);

  const { identity: later } = opened();
  expect(later.enrolment).toMatchObject({ community: { id: authority.id, name: 'Sunny Street' }, gateway: true, backend: { url: 'mqtts://hub.example:8883' } });
  const membership = later.membership();
  const { key, cert } = membership?.door() ?? { key: '', cert: '' };
  expect(faultOfDoor({ pem: cert, rootPem: authority.deviceRootPem, node: identity.node, key: p256KeyFromPem(key) })).toBeUndefined();
  expect(later.enrolment?.door.root).toBe(authority.deviceRootPem);
  expect(statSync(join(dataDir, 'identity', 'enrolment.json')).mode & 0o777).toBe(0o600);
  expect(membership).toMatchObject({ node: identity.node, name: 'roof of 4', incarnation: 2 });
  expect(membership?.beaconKeys()).toEqual([Buffer.from(authority.beaconKey)]);
  expect(membership?.crypto.certified(membership.certificate())).toMatchObject({ node: identity.node, name: 'roof of 4', mayBeGateway: true });
  expect(later.dates).toBe('fresh');
});

test('a hub that is away is asked again with growing pauses, and the next address of the invite is tried', async () => {
  const { invite, url, asked } = await hub();
  const { identity, clock, log } = opened();
  const done = identity.enrol({ invite: invite({ hubs: ['https://127.0.0.1:1', url] }), name: 'roof', signal: never });
  await logged(log);
  expect(log).toEqual(['enrolment failed, trying again']);
  clock.advance(1000);
  await done;
  expect(asked).toHaveLength(1);
});

test.each([
  ['invite-expired', 403],
  ['bad-name', 400],
])('a refusal (%s) is final and says why', async (code, status) => {
  const { invite, replyWith } = await hub();
  replyWith(() => ({ status, body: { error: { code, message: `because of ${code}` } } }));
  const { identity } = opened();
  await expect(identity.enrol({ invite: invite(), name: 'roof', signal: never })).rejects.toMatchObject({
    name: 'HubError',
    why: 'refused',
    code,
    message: expect.stringContaining(`because of ${code}`),
  });
  expect(identity.enrolment).toBeUndefined();
});

test('the secret of the invite is not told to a server that is not the hub: another community, a member, a stranger', async () => {
  const own = await hub();
  const other = await hub();
  const withoutRoot = await hub({ presentsRoot: false });
  for (const [impostor, invite] of [
    [other, own.invite({ hubs: [other.url] })],
    [withoutRoot, withoutRoot.invite()],
  ] as const) {
    const { identity, log } = opened();
    const stop = new AbortController();
    const refused = identity.enrol({ invite, name: 'roof', signal: stop.signal });
    await logged(log);
    stop.abort(new Error('enough'));
    await expect(refused).rejects.toThrow('enough');
    expect(impostor.asked).toEqual([]);
  }
});

test.each([
  ['not JSON', 'rubbish'],
  ['an empty object', {}],
])('an answer that is %s is not believed and asked for again', async (_what, body) => {
  const { invite, replyWith, admit } = await hub();
  replyWith(() => ({ status: 200, body }));
  const { identity, clock, log } = opened();
  const done = identity.enrol({ invite: invite(), name: 'roof', signal: never });
  await logged(log);
  replyWith(admit);
  clock.advance(1000);
  await done;
  expect(identity.enrolment).toBeDefined();
});

test("a certificate for another key, or from another authority, is not believed, neither the own one nor the door's", async () => {
  const [own, other] = [await hub(), await hub()];
  for (const swap of [
    async (asked: Parameters<typeof own.admit>[0]) => {
      const theirs = (await other.admit(asked)).body;
      return { status: 200, body: { ...(await own.admit(asked)).body, chain: theirs.chain } };
    },
    async (asked: Parameters<typeof own.admit>[0]) => {
      const theirs = (await other.admit(asked)).body;
      return { status: 200, body: { ...(await own.admit(asked)).body, door: theirs.door } };
    },
    async (asked: Parameters<typeof own.admit>[0]) => ({ status: 200, body: (await other.admit(asked)).body }),
  ]) {
    own.replyWith(swap);
    const { identity, log } = opened();
    const stop = new AbortController();
    const done = identity.enrol({ invite: own.invite(), name: 'roof', signal: stop.signal });
    await logged(log);
    stop.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    expect(identity.enrolment).toBeUndefined();
  }
});

test('an invite that cannot be read is refused before anybody is called', async () => {
  const { identity } = opened();
  await expect(identity.enrol({ invite: 'EM1-rubbish', name: 'roof', signal: never })).rejects.toMatchObject({ name: 'InviteUnreadable' });
});

test("the certificate is renewed at half of its life, for the same key, the door's for a new one, and links and door are told", async () => {
  const { invite, asked, replyWith, admit } = await hub();
  const { identity, clock } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const membershipBefore = identity.membership();
  const [before, doorBefore] = [membershipBefore?.certificate(), membershipBefore?.door()];
  replyWith((call) => admit(call, clock.wall()));
  identity.keepRenewed();
  clock.advance(14 * days);
  expect(asked).toHaveLength(1);
  const renewed = new Promise<void>((resolve) => identity.onChange(resolve));
  clock.advance(1.2 * days);
  await renewed;
  expect(asked[1]).toEqual({
    path: '/renew',
    body: { csr: expect.stringContaining('CERTIFICATE REQUEST'), doorCsr: expect.stringContaining('CERTIFICATE REQUEST') },
  });
  const membership = identity.membership();
  expect(membership?.certificate()).not.toEqual(before);
  expect(membership?.door().key).not.toBe(doorBefore?.key);
  expect(membershipBefore?.door()).toEqual(membership?.door());
  expect(membership?.crypto.certified(membership.certificate())?.node).toBe(identity.node);
});

test("another address of the hub is kept when the community's hub has answered there, and nothing before", async () => {
  const [own, other] = [await hub(), await hub()];
  const { identity } = opened();
  expect(await identity.changeHub(own.url)).toBe(false);
  await identity.enrol({ invite: own.invite(), name: 'roof', signal: never });
  const before = identity.enrolment;
  // Another community, nobody, and a hub that does not know this node.
  await expect(moveHub(identity, false, other.url)).rejects.toMatchObject({ why: 'hub-refused', message: expect.stringContaining("not this community's hub") });
  await expect(moveHub(identity, false, 'https://127.0.0.1:1')).rejects.toMatchObject({ why: 'hub-away', message: expect.stringContaining('127.0.0.1:1') });
  own.replyWith(() => ({ status: 403, body: { error: { code: 'revoked', message: 'this node was revoked' } } }));
  await expect(moveHub(identity, false, own.url)).rejects.toMatchObject({ why: 'hub-refused', message: expect.stringContaining('this node was revoked') });
  own.replyWith(async (asked) => ({ status: 200, body: { ...(await own.admit(asked)).body, document: (await other.admit(asked)).body.document } }));
  await expect(moveHub(identity, false, own.url)).rejects.toMatchObject({ why: 'hub-old' });
  await expect(moveHub(identity, false, 'http://hub')).rejects.toMatchObject({
    why: 'invalid',
    message: expect.stringContaining('Write the address of the hub'),
  });
  await expect(moveHub(identity, true, own.url)).rejects.toMatchObject({ why: 'invalid' });
  expect(identity.enrolment).toBe(before);
  expect(other.asked).toEqual([]);

  own.replyWith(own.admit);
  const name = own.url.replace('127.0.0.1', 'localhost');
  await moveHub(identity, false, name.replace('https://', ''));
  expect(identity.enrolment?.hubs).toEqual([name, own.url]);
  expect(identity.dates).toBe('fresh');
  await identity[Symbol.asyncDispose]();
  expect(opened().identity.enrolment?.hubs).toEqual([name, own.url]);
});

test('a newer community document is taken and kept, an older or forged one is not; devices follow it', async () => {
  const { invite, document } = await hub();
  const stranger = await hub();
  const { identity } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const salt = newSalt();
  const devices = [{ id: 'meter-1', role: 'meter', salt, verifier: deviceVerifier('correct horse battery', salt) }] as const;
  let changes = 0;
  identity.devices.onChange(() => changes++);
  expect(identity.acceptDocument(document(5, { devices }))).toBe(true);
  expect(changes).toBe(1);
  for (const refused of [document(5), document(4), stranger.document(9), Buffer.from('rubbish')]) expect(identity.acceptDocument(refused)).toBe(false);

  const { devices: directory } = opened().identity;
  expect(directory.known()).toEqual([{ id: 'meter-1', role: 'meter' }]);
  expect(directory.authenticate('meter-1', Buffer.from('correct horse battery'))).toEqual({ id: 'meter-1', role: 'meter' });
  expect(directory.authenticate('meter-1', Buffer.from('wrong'))).toBeUndefined();
  expect(directory.authenticate('nobody', Buffer.from('correct horse battery'))).toBeUndefined();
});

test('revoked nodes are refused by the judge and are no longer certified', async () => {
  const { invite, document } = await hub();
  const a = opened().identity;
  await a.enrol({ invite: invite(), name: 'a', signal: never });
  const own = a.membership();
  const certificate = own?.certificate() as Uint8Array;
  expect(own?.judge(certificate)).toMatchObject({ ok: true, node: a.node, dates: 'fresh' });
  a.acceptDocument(document(2, { revoked: [{ node: a.node }] }));
  expect(own?.judge(certificate)).toMatchObject({ ok: false, reason: 'revoked' });
  expect(own?.crypto.certified(certificate)).toBeUndefined();
  expect(own?.revokedNodes()).toEqual([a.node]);
  expect(own?.crypto.communityDocumentNumber(document(3))).toBe(3);
  expect(own?.crypto.communityDocumentNumber(Buffer.from('rubbish'))).toBeUndefined();
});

test('dates: fresh, stale when expired, refused 90 days later, unknown with a clock from 1970', async () => {
  const { invite } = await hub();
  const { identity } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const judgedAt = (wall: number) => {
    const membership = opened(new VirtualClock(wall)).identity.membership();
    return membership?.judge(membership.certificate());
  };
  expect(judgedAt(now)).toMatchObject({ ok: true, dates: 'fresh' });
  expect(judgedAt(0)).toMatchObject({ ok: true, dates: 'unknown' });
  expect(judgedAt(now + 31 * days)).toMatchObject({ ok: true, dates: 'stale' });
  expect(identity.dates).toBe('fresh');
  expect(judgedAt(now + 121 * days)).toMatchObject({ ok: false, reason: 'expired' });
  expect(opened(new VirtualClock(now + 121 * days)).identity.dates).toBe('expired');
});

test('a node that was off for half a year still renews', async () => {
  const { invite, asked, replyWith, admit } = await hub({ serverNow: now + 170 * days });
  await opened().identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const { identity, clock } = opened(new VirtualClock(now + 180 * days));
  replyWith((call) => admit(call, clock.wall()));
  const renewed = new Promise<void>((resolve) => identity.onChange(resolve));
  identity.keepRenewed();
  await renewed;
  expect(asked.map(({ path }) => path)).toEqual(['/enrol', '/renew']);
  expect(identity.dates).toBe('fresh');
});

test('the floor under the clock rises with what the CA signed and survives a restart', async () => {
  const { invite, document } = await hub();
  const { identity } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  identity.acceptDocument(document(2, { issuedAt: now + 600_000 }));
  expect(identity.time.reading().trusted).toBe(true);
  identity.acceptDocument(document(3, { issuedAt: now + 5 * days }));
  expect(identity.time.reading().trusted).toBe(false);
  const later = opened(new VirtualClock(now + 6 * days)).identity;
  expect(later.time.reading().trusted).toBe(true);
  expect(opened(new VirtualClock(now + 5.5 * days)).identity.time.reading().trusted).toBe(false);
});

test('a rotated beacon key comes with the document; the one before is believed for a week more, over restarts', async () => {
  const { invite, document, authority } = await hub();
  const { identity } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const [first, members] = [authority.beaconKey, [nodeKeyFromPem(identity.membership()!.tls().key).rawPublicKey]];
  const rotate = (at: number) => {
    authority.rotateBeaconKey(at);
    return sealBeaconKey({ community: authority.id, ...authority.beacon, members });
  };
  expect(identity.acceptDocument(document(2, { beacon: rotate(now) }))).toBe(true);
  const second = authority.beaconKey;
  const clock = new VirtualClock(now + 6 * days);
  const keysNow = () =>
    opened(clock)
      .identity.membership()!
      .beaconKeys()
      .map((key) => Buffer.from(key));
  expect(keysNow()).toEqual([second, first].map((key) => Buffer.from(key)));
  expect(opened(clock).identity.acceptDocument(document(3, { beacon: rotate(now + 6 * days) }))).toBe(true);
  expect(keysNow()).toEqual([authority.beaconKey, second, first].map((key) => Buffer.from(key)));
  clock.advance(1.1 * days);
  expect(keysNow()).toEqual([authority.beaconKey, second].map((key) => Buffer.from(key)));
  clock.advance(7 * days);
  expect(keysNow()).toEqual([Buffer.from(authority.beaconKey)]);
});

test('a node whose key is not in the document, but which is not revoked, asks a hub for it', async () => {
  const { invite, document, authority, asked } = await hub();
  const { identity, clock, log } = opened();
  await identity.enrol({ invite: invite(), name: 'roof', signal: never });
  const before = Buffer.from(authority.beaconKey);
  identity.keepRenewed();
  authority.rotateBeaconKey(now);
  identity.acceptDocument(document(2, { beacon: sealBeaconKey({ community: authority.id, ...authority.beacon, members: [] }) }));
  expect(identity.membership()!.beaconKeys()).toEqual([before]);
  expect(log.at(-1)).toContain('asking a hub');
  const changed = new Promise<void>((resolve) => void identity.onChange(resolve));
  clock.advance(3_600_000 * 1.2);
  await changed;
  expect(asked.at(-1)?.path).toBe('/renew');
  expect(identity.membership()!.beaconKeys()).toEqual([Buffer.from(authority.beaconKey), before]);
  clock.advance(3_600_000 * 3);
  expect(asked.filter(({ path }) => path === '/renew')).toHaveLength(1);
});
