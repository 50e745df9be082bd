import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { CommunityAuthority } from './authority.ts';
import { at, community, member, noon } from './community.fixture.ts';
import { createCsr, createDoorCsr, createRequests, requesterOf } from './csr.ts';
import { derOfPem, joinDer } from './der.ts';
import { faultOfDoor } from './device-root.ts';
import { generateNodeKey } from './keys.ts';
import { generateP256Key, p256KeyFromPem, p256KeyToPem } from './p256.ts';
import { days } from './profile.ts';

async function door(authority: CommunityAuthority, key = generateP256Key(), node = '0123456789abcdef') {
  const { pem } = await authority.issueDoor({ csrPem: await createDoorCsr(key, 'Dach Süd'), node, name: 'Dach Süd', now: noon });
  return { key, pem, leaf: new X509Certificate(pem) };
}

test('a door certificate is one small P-256 certificate under the device root, for servers only', async () => {
  const { authority } = await community('x'.repeat(48));
  const root = new X509Certificate(authority.deviceRootPem);
  const { leaf, pem } = await door(authority);
  expect(root.verify(root.publicKey) && root.checkIssued(root) && root.ca).toBe(true);
  expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
  expect(derOfPem(pem)).toHaveLength(1);
  expect(leaf.raw.length).toBeLessThan(800);
  expect(root.raw.length).toBeLessThan(800);
  for (const certificate of [leaf, root]) {
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.signatureAlgorithm).toBe('ecdsa-with-SHA256');
  }
  expect(leaf.ca).toBe(false);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.subjectAltName?.split(', ')).toEqual([
    'DNS:0123456789abcdef.energymesh.local',
    'DNS:energymesh.local',
    `URI:urn:energymesh:community:${authority.id}`,
    'URI:urn:energymesh:node:0123456789abcdef',
  ]);
  expect(leaf.checkHost('energymesh.local')).toBe('energymesh.local');
  expect([leaf.validFromDate.getTime(), leaf.validToDate.getTime()]).toEqual([noon - days(2), noon + days(120)]);
});

test('an authority from before gets a device root when it is loaded, and keeps it', async () => {
  const { authority } = await community();
  const { deviceRoot: _, ...before } = authority.save();
  const loaded = await CommunityAuthority.load(before, noon);
  const again = await CommunityAuthority.load(JSON.parse(JSON.stringify(loaded.save())), noon);
  expect(again.deviceRootPem).toBe(loaded.deviceRootPem);
  expect((await door(again)).leaf.verify(new X509Certificate(loaded.deviceRootPem).publicKey)).toBe(true);
  const strange = (await community()).authority.save().deviceRoot;
  await expect(CommunityAuthority.load({ ...loaded.save(), deviceRoot: { ...strange, certificate: loaded.deviceRootPem } }, noon)).rejects.toThrow(
    'device root',
  );
});

test('a door certificate is told from one for another key or node, from another community, and from text', async () => {
  const { authority } = await community();
  const node = '0123456789abcdef';
  const { key, pem } = await door(authority);
  const rootPem = authority.deviceRootPem;
  expect(faultOfDoor({ pem, rootPem, node, key })).toBeUndefined();
  expect(faultOfDoor({ pem, rootPem, node, key: generateP256Key() })).toContain('another key');
  expect(faultOfDoor({ pem, rootPem, node: 'f'.repeat(16), key })).toContain('not for node');
  expect(faultOfDoor({ pem, rootPem: (await community()).authority.deviceRootPem, node, key })).toContain('not signed');
  expect(faultOfDoor({ pem: 'nonsense', rootPem, node, key })).toContain('cannot be read');
});

test('a door certificate opens nothing between nodes', async () => {
  const { authority, verifier } = await community();
  const { pem } = await door(authority);
  const { issued } = await member(authority);
  for (const chain of [pem, pem + authority.deviceRootPem, pem + issuingOf(issued.chainPem)]) {
    expect(verifier.verifyNode(joinDer(derOfPem(chain)!), { clock: at(noon) }).ok).toBe(false);
    expect(verifier.verifyServer(joinDer(derOfPem(chain)!), { clock: at(noon) }).ok).toBe(false);
  }
});

test('only the node itself asks for its door: another key in the place of its own is refused', async () => {
  const [node, own, other] = [generateNodeKey(), generateP256Key(), generateP256Key()];
  const requests = await createRequests(node, own, 'roof');
  expect(await requesterOf(requests)).toEqual(node.rawPublicKey);
  expect(await requesterOf({ ...requests, doorCsr: await createDoorCsr(other, 'roof') })).toBeUndefined();
  expect(await requesterOf({ ...requests, csr: await createCsr(node, 'roof') })).toBeUndefined();
  expect(await requesterOf({ ...requests, doorCsr: requests.csr })).toBeUndefined();
  expect(await requesterOf({ csr: requests.doorCsr, doorCsr: requests.doorCsr })).toBeUndefined();
});

test('requests and keys of another kind are refused', async () => {
  const { authority } = await community();
  const key = generateP256Key();
  const der = Buffer.from((await createDoorCsr(key, 'roof')).replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  der[der.length - 5]! ^= 1;
  const broken = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  for (const csrPem of [broken, 'nonsense', 'x'.repeat(3000), await createCsr(generateNodeKey(), 'roof')]) {
    await expect(authority.issueDoor({ csrPem, node: '0123456789abcdef', name: 'roof', now: noon })).rejects.toThrow('certificate request');
  }
  expect(p256KeyToPem(p256KeyFromPem(p256KeyToPem(key)))).toBe(p256KeyToPem(key));
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  expect(() => p256KeyFromPem(p384)).toThrow('expected P-256');
  expect(() => p256KeyFromPem('nonsense')).toThrow('not a PKCS#8 PEM');
});

/** The second certificate of a chain. */
const issuingOf = (chainPem: string): string => chainPem.slice(chainPem.indexOf('-----END') + '-----END CERTIFICATE-----\n'.length);
