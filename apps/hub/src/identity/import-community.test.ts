import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealBackup } from '@energymesh/enrolment';
import {
  CertificateVerifier,
  CommunityAuthority,
  createRequests,
  deviceVerifier,
  generateNodeKey,
  generateP256Key,
  newSalt,
  verifyCommunityDocument,
} from '@energymesh/identity';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax, TestHub } from '../hub.fixture.ts';
import { importCommunity } from './import-community.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hub-import-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const now = Date.now();
const passphrase = 'seven lanterns';
const gone = 'e'.repeat(16);
const salt = newSalt();
async function backup(name = 'Hillside') {
  const authority = await CommunityAuthority.create({ name, now });
  const key = generateNodeKey();
  const publicKey = Buffer.from(key.rawPublicKey).toString('base64');
  const member = { id: key.nodeId, name: 'Mill', gateway: true, publicKey, enrolledAt: now, certificateSerial: 'ab', certificateNotAfter: now + 1e9 };
  const device = { id: 'meter-1', role: 'meter' as const, salt, verifier: deviceVerifier('a token', salt), addedAt: now, by: key.nodeId };
  return {
    authority,
    key,
    member,
    text: await sealBackup(authority, { authority: authority.save(), members: [member], devices: [device], revoked: [{ node: gone, at: now }] }, passphrase),
  };
}
const take = (text: string, given = passphrase) => importCommunity({ dataDir, migrationsFolder, text, passphrase: given, now });

test('a hub made from a backup is the same community: its members renew, ask and are revoked', { timeout: startsMsMax }, async () => {
  const { authority, key, text } = await backup();
  expect(await take(text)).toEqual({ community: authority.id, name: 'Hillside', members: 1 });
  // Cut off and run again.
  expect(await take(text)).toMatchObject({ members: 1 });
  const hub = await TestHub.open({}, dataDir);
  try {
    expect(hub.community).toBe(authority.id);
    const renewed = await hub.call('POST', '/renew', await createRequests(key, generateP256Key(), 'x'));
    expect(renewed).toMatchObject({ status: 200, body: { node: key.nodeId, name: 'Mill', gateway: true, backend: { protocol: '3.1.1' } } });
    const verifier = new CertificateVerifier({ rawRootKey: authority.rawRootKey });
    expect(verifyCommunityDocument(Buffer.from(renewed.body.document, 'base64'), verifier)).toMatchObject({
      ...{ ok: true, document: { revoked: [{ node: gone }], devices: [{ id: 'meter-1', role: 'meter' }] } },
    });
    expect((await hub.asMember({ key, node: key.nodeId }, { what: 'devices' })).body).toMatchObject({ devices: [{ id: 'meter-1', own: true }] });
    expect((await hub.asMember({ key, node: key.nodeId }, { what: 'list' })).body).toMatchObject({ gateway: true, requests: [] });
    expect((await hub.admin('POST', '/revoke', { node: key.nodeId })).status).toBe(200);
  } finally {
    await hub.stop();
  }
});

test('what cannot be imported: by field, and nothing is left behind', async () => {
  const { text, member, authority } = await backup();
  await expect(take(text, 'another one')).rejects.toThrow('--file: the passphrase is another one');
  await expect(take('EM1-abc')).rejects.toThrow('--file: the file is no backup');
  const broken = await sealBackup(authority, { authority: { version: 1 }, members: [member], devices: [], revoked: [] }, passphrase);
  await expect(take(broken)).rejects.toThrow('--file: the authority in the backup is damaged');
  const swapped = await sealBackup(
    authority,
    { authority: authority.save(), members: [{ ...member, id: 'f'.repeat(16) }], devices: [], revoked: [] },
    passphrase,
  );
  await expect(take(swapped)).rejects.toThrow("has another node's key");
  await expect(readFile(join(dataDir, 'authority.json'))).rejects.toThrow('ENOENT');
  await take(text);
  await expect(take((await backup('Weirside')).text)).rejects.toThrow('of another community');
}, 60_000);
