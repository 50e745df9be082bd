import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBeaconKey, sealBeaconKey } from './beacon-key.ts';
import { community, impostorOf, noon } from './community.fixture.ts';
import { checkDevicePassword, type DeviceCredential, deviceVerifier, newDeviceToken, newSalt } from './devices.ts';
import { DocumentTooBig, documentBytesMax, signCommunityDocument, verifyCommunityDocument } from './document.ts';
import { generateNodeKey } from './keys.ts';

function device(id: string): { token: string; credential: DeviceCredential } {
  const [token, salt] = [newDeviceToken(), newSalt()];
  return { token, credential: { id, role: 'meter', salt, verifier: deviceVerifier(token, salt) } };
}
const node = '00112233445566aa';

test('a document tells revocations and devices to whoever pins the root', async () => {
  const { authority, verifier } = await community();
  const meter = device('meter-1');
  const bytes = signCommunityDocument(authority, {
    number: 3,
    issuedAt: noon,
    revoked: [{ node }, { node: 'ffffffffffffffff', serial: '4a' }],
    devices: [meter.credential],
  });
  const verdict = verifyCommunityDocument(bytes, verifier);
  if (!verdict.ok) throw new Error(verdict.reason);
  expect(verdict.document).toMatchObject({ community: authority.id, number: 3, issuedAt: noon, devices: [meter.credential] });
  expect(verdict.document.isRevoked(node, 'any')).toBe(true);
  expect(verdict.document.isRevoked('ffffffffffffffff', '4a')).toBe(true);
  expect(verdict.document.isRevoked('ffffffffffffffff', '4b')).toBe(false);
  expect(checkDevicePassword(Buffer.from(meter.token), verdict.document.devices[0]!)).toBe(true);
  expect(checkDevicePassword(Buffer.from(newDeviceToken()), verdict.document.devices[0]!)).toBe(false);
  expect(checkDevicePassword(new Uint8Array(), verdict.document.devices[0]!)).toBe(false);
});

test('a document tells who pays, or that nobody does', async () => {
  const { authority, verifier } = await community();
  const rewards = {
    network: 'Local Network ; 2026',
    contract: `C${'A'.repeat(55)}`,
    hubKey: 'ab'.repeat(32),
    epochSeconds: 300,
    rpc: ['http://127.0.0.1:8000/rpc'],
  };
  const content = { number: 1, issuedAt: noon, revoked: [], devices: [] };
  const told = (document: Uint8Array) => {
    const verdict = verifyCommunityDocument(document, verifier);
    return verdict.ok ? verdict.document.rewards : verdict.reason;
  };
  expect(told(signCommunityDocument(authority, { ...content, rewards }))).toEqual(rewards);
  expect(told(signCommunityDocument(authority, content))).toBeUndefined();
  expect(told(signCommunityDocument(authority, { ...content, rewards: { ...rewards, contract: 'GABC' } }))).toBe('malformed');
});

test('a document tells where the app is, as an origin', async () => {
  const { authority, verifier } = await community();
  const content = { number: 1, issuedAt: noon, revoked: [], devices: [] };
  const told = (app: string) => {
    const verdict = verifyCommunityDocument(signCommunityDocument(authority, { ...content, app }), verifier);
    return verdict.ok ? verdict.document.app : verdict.reason;
  };
  expect(told('https://app.millbrook.example')).toBe('https://app.millbrook.example');
  expect(told('https://[2001:db8::1]:8444')).toBe('https://[2001:db8::1]:8444');
  for (const other of ['http://app.millbrook.example', 'https://app.millbrook.example/', '*', 'https://a b']) expect(told(other)).toBe('malformed');
});

test('an impostor, another community and a changed byte are refused', async () => {
  const { authority, verifier } = await community();
  const content = { number: 1, issuedAt: noon, revoked: [{ node }], devices: [] };
  const genuine = signCommunityDocument(authority, content);
  const rogue = signCommunityDocument(await impostorOf(authority, noon), content);
  expect(verifyCommunityDocument(rogue, verifier)).toEqual({ ok: false, reason: 'bad-signature' });
  const other = signCommunityDocument((await community('Hill Side')).authority, content);
  expect(verifyCommunityDocument(other, verifier)).toEqual({ ok: false, reason: 'foreign-community' });
  fc.assert(
    fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 0, max: 7 }), (index, bit) => {
      const bytes = genuine.slice();
      bytes[index]! ^= 1 << bit;
      expect(verifyCommunityDocument(bytes, verifier).ok).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('hostile bytes give a reason, never an exception', async () => {
  const { verifier } = await community();
  const framed = fc.uint8Array({ maxLength: 2000 }).map((rest) => Buffer.concat([Buffer.from('EMD1'), rest]));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), framed), (bytes) => !verifyCommunityDocument(bytes, verifier).ok));
  expect(verifyCommunityDocument(new Uint8Array(documentBytesMax + 1), verifier)).toEqual({ ok: false, reason: 'too-big' });
});

test('1,400 devices fit, 3,000 are refused', async () => {
  const { authority } = await community();
  const devices = (count: number) => Array.from({ length: count }, (_, i) => device(`meter-${i}`).credential);
  const content = { number: 1, issuedAt: noon, revoked: [] };
  expect(signCommunityDocument(authority, { ...content, devices: devices(1400) }).length).toBeLessThanOrEqual(documentBytesMax);
  expect(() => signCommunityDocument(authority, { ...content, devices: devices(3000) })).toThrow(DocumentTooBig);
});

test('the rotated beacon key of 500 nodes fits beside 1,150 devices, and a member reads it', async () => {
  const { authority, verifier } = await community();
  const devices = Array.from({ length: 1150 }, (_, i) => device(`meter-${i}`).credential);
  const member = generateNodeKey();
  const keys = [...Array.from({ length: 499 }, () => generateNodeKey().rawPublicKey), member.rawPublicKey];
  authority.rotateBeaconKey(noon);
  const beacon = sealBeaconKey({ community: authority.id, ...authority.beacon, members: keys });
  const bytes = signCommunityDocument(authority, { number: 1, issuedAt: noon, revoked: [{ node }], devices, beacon });
  const verdict = verifyCommunityDocument(bytes, verifier);
  if (!verdict.ok || !verdict.document.beacon) throw new Error('no key');
  expect(openBeaconKey(verdict.document.beacon, { community: authority.id, key: member })).toEqual(authority.beaconKey);
});

test('what a later version adds to a document is left alone', async () => {
  const { authority, verifier } = await community();
  const today = Buffer.from(signCommunityDocument(authority, { number: 1, issuedAt: noon, revoked: [], devices: [] }));
  const head = 6 + today.readUInt16BE(4);
  const body = Buffer.from(JSON.stringify({ ...JSON.parse(today.subarray(head + 64).toString('utf8')), later: { anything: 1 } }));
  const signature = authority.signByIssuing(Buffer.concat([Buffer.from('EnergyMesh community document 1\0'), body]));
  expect(verifyCommunityDocument(Buffer.concat([today.subarray(0, head), signature, body]), verifier).ok).toBe(true);
});
