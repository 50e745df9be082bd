import {
  CertificateVerifier,
  checkDevicePassword,
  createRequests,
  generateNodeKey,
  generateP256Key,
  type NodeKey,
  openBeaconKey,
  readInvite,
  verifyCommunityDocument,
} from '@energymesh/identity';
import { expect, test } from 'vitest';
import { type Files, OwnCommunity } from './own-community.ts';

const start = Date.UTC(2026, 10, 23);

async function world() {
  const disk = new Map<string, string>();
  const is = { now: start, full: '' };
  const files: Files = {
    read: (name) => disk.get(name),
    write: (name, content) => {
      if (is.full === name) throw new Error('ENOSPC');
      disk.set(name, content);
    },
  };
  const options = { files, now: () => is.now, hubs: () => ['https://192.168.4.2:8443'] };
  const own = await OwnCommunity.create(options, 'Hillside');
  const enter = async (name: string) => {
    const read = readInvite(await own.inviteSelf('https://127.0.0.1:8443'));
    const key = generateNodeKey();
    const requests = await createRequests(key, generateP256Key(), name);
    await own.parts.enrolment.enrol({ token: read.ok ? read.invite.token : '', requests, name });
    return { node: key.nodeId, key, requests };
  };
  const verifier = new CertificateVerifier({ rawRootKey: own.authority.rawRootKey });
  const read = (of = own) => {
    const verdict = verifyCommunityDocument(of.parts.community.document.bytes, verifier);
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.document;
  };
  const heard: Uint8Array[] = [];
  own.onDocument((bytes) => void heard.push(bytes));
  return { disk, is, options, own, enter, read, heard };
}

test('a device is in the next document, with a token that it alone and its maker know, until it is revoked', async () => {
  const { own, enter, read, heard, options } = await world();
  const mill = await enter('Mill');
  const ask = (wish: Parameters<typeof own.parts.desk.answer>[1]) => own.parts.desk.answer(mill.node, wish, () => true);
  const before = read().number;
  const made = (await ask({ what: 'add-device', id: 'mill-lock', role: 'lock' })) as { token: string; ca: string };
  const [credential] = read().devices;
  expect(credential).toMatchObject({ id: 'mill-lock', role: 'lock' });
  expect(credential && checkDevicePassword(Buffer.from(made.token), credential)).toBe(true);
  expect(made.ca).toBe(own.authority.deviceRootPem);
  expect(read().number).toBeGreaterThan(before);
  expect(heard).toEqual([own.parts.community.document.bytes]);
  await expect(ask({ what: 'add-device', id: 'mill-lock', role: 'meter' })).rejects.toMatchObject({ code: 'device-known' });
  expect(await ask({ what: 'devices' })).toMatchObject({ devices: [{ id: 'mill-lock', own: true, by: 'Mill' }] });
  const again = (await OwnCommunity.open(options)) as OwnCommunity;
  expect(again.parts.community.document.bytes).toEqual(own.parts.community.document.bytes);
  await ask({ what: 'remove-device', id: 'mill-lock' });
  expect(read().devices).toEqual([]);
});

test('who is put out is told to all, gets no certificate any more, and cannot read the new beacon key', async () => {
  const { own, enter, read, disk } = await world();
  const [mill, weir] = [await enter('Mill'), await enter('Weir')];
  const { key, epoch } = own.authority.beacon;
  await own.revoke(weir.node);
  expect(read()).toMatchObject({ revoked: [{ node: weir.node }], beacon: { epoch: epoch + 1 } });
  const sealed = read().beacon;
  const opened = (key: NodeKey) => sealed && openBeaconKey(sealed, { community: own.authority.id, key });
  expect([opened(mill.key), opened(weir.key)]).toEqual([own.authority.beacon.key, undefined]);
  expect(own.authority.beacon.key).not.toEqual(key);
  expect(JSON.parse(disk.get('authority.json') ?? '')).toEqual(own.authority.save());
  await expect(own.parts.enrolment.renew(weir.requests)).rejects.toMatchObject({ code: 'revoked' });
  await expect(own.parts.desk.answer(weir.node, { what: 'list' }, () => true)).rejects.toMatchObject({ code: 'revoked' });
  expect((await own.parts.enrolment.renew(mill.requests)).name).toBe('Mill');
  const { number } = read();
  await own.revoke(weir.node);
  expect(read().number).toBe(number);
  await expect(own.revoke('f'.repeat(16))).rejects.toMatchObject({ why: 'no-member' });
  expect([own.authority.beacon.epoch, read().beacon?.epoch]).toEqual([epoch + 1, epoch + 1]);
});

test('cut off between the key and the document: the next start makes the document anew', async () => {
  const { own, enter, read, is, disk, options, heard } = await world();
  const mill = await enter('Mill');
  const weir = await enter('Weir');
  const { epoch } = own.authority.beacon;
  is.full = 'records.json';
  await expect(own.revoke(weir.node)).rejects.toThrow('ENOSPC');
  expect([own.authority.beacon.epoch, own.revoked, heard]).toEqual([epoch, [], []]);
  expect(JSON.parse(disk.get('authority.json') ?? '')).toEqual(own.authority.save());
  // The power goes before the key is taken back.
  own.authority.rotateBeaconKey(is.now);
  disk.set('authority.json', JSON.stringify(own.authority.save()));
  is.full = '';
  const again = (await OwnCommunity.open(options)) as OwnCommunity;
  expect(read(again)).toMatchObject({ revoked: [], beacon: { epoch: epoch + 1 } });
  const sealed = read(again).beacon;
  for (const { key } of [mill, weir]) expect(sealed && openBeaconKey(sealed, { community: own.authority.id, key })).toEqual(again.authority.beacon.key);
});

test('a full document takes no other device, and says so', async () => {
  const { enter, disk, options, read } = await world();
  const mill = await enter('Mill');
  const records = JSON.parse(disk.get('records.json') ?? '');
  const salt = 's'.repeat(11);
  for (let i = 0; i < 1300; i++) records.devices.push({ id: `d-${i}`.padEnd(32, 'x'), role: 'meter', salt, verifier: 'v'.repeat(43), addedAt: 0 });
  disk.set('records.json', JSON.stringify(records));
  const full = (await OwnCommunity.open(options)) as OwnCommunity;
  const { number } = read(full);
  await expect(full.parts.desk.answer(mill.node, { what: 'add-device', id: 'one-more', role: 'lock' }, () => true)).rejects.toMatchObject({
    code: 'community-full',
  });
  expect(read(full).number).toBe(number);
});
