import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommunityAuthority } from './authority.ts';
import { at, community, impostorOf, member, noon, withGenuineIssuingCertificate } from './community.fixture.ts';
import { createCsr, publicKeyOfCsr } from './csr.ts';
import { derOfPem, joinDer, splitDer } from './der.ts';
import { generateNodeKey, keyPinOf } from './keys.ts';
import { days } from './profile.ts';
import { decodeIdentity, encodeIdentity, identityBytesMax } from './record.ts';
import { CertificateVerifier, type Verdict } from './verify.ts';

const reason = (verdict: Verdict) => (verdict.ok ? verdict.dates : verdict.reason);

test("a member's certificate tells who it is and what it may", async () => {
  const { authority, verifier } = await community();
  const { key, issued, bundle } = await member(authority, { gateway: true, name: 'Dach Süd' });
  expect(verifier.verifyNode(bundle, { clock: at(noon) })).toEqual({
    ok: true,
    node: key.nodeId,
    publicKey: key.rawPublicKey,
    name: 'Dach Süd',
    roles: new Set(['relay', 'gateway']),
    serial: issued.serial,
    dates: 'fresh',
    notAfter: noon + days(30),
    issuedAt: noon,
  });
});

test('an authority loaded from its data issues for the same community', async () => {
  const { authority, verifier } = await community();
  const loaded = await CommunityAuthority.load(JSON.parse(JSON.stringify(authority.save())), noon);
  expect(loaded.id).toBe(authority.id);
  expect(loaded.beaconKey).toEqual(authority.beaconKey);
  expect(loaded.save()).toEqual(authority.save());
  const { bundle } = await member(loaded);
  expect(verifier.verifyNode(bundle, { clock: at(noon) }).ok).toBe(true);
});

test('a renewed issuing certificate keeps older leaves valid, and carries new ones on', async () => {
  const { authority, verifier } = await community();
  const old = await member(authority);
  await authority.renewIssuing(noon + days(400));
  const young = await member(authority, { now: noon + days(760) });
  expect(verifier.verifyNode(old.bundle, { clock: at(noon + days(1)) }).ok).toBe(true);
  expect(reason(verifier.verifyNode(young.bundle, { clock: at(noon + days(761)) }))).toBe('fresh');
});

test('a rogue CA of the same name and community id is refused for its signature, whatever its dates', async () => {
  const { authority, verifier } = await community();
  for (const now of [noon, noon - days(4000), noon + days(4000)]) {
    const rogue = await impostorOf(authority, now);
    const whole = await member(rogue, { now });
    expect(reason(verifier.verifyNode(whole.bundle, { clock: at(noon) }))).toBe('bad-signature');
    expect(reason(verifier.verifyNode(whole.bundle, { clock: { now: 0, trusted: false } }))).toBe('bad-signature');
    const mixed = await member(await withGenuineIssuingCertificate(rogue, authority), { now });
    expect(reason(verifier.verifyNode(mixed.bundle, { clock: at(noon) }))).toBe('bad-signature');
  }
  expect(verifier.cached).toBe(0);
});

test("a genuine node's certificate cannot issue another", async () => {
  const { authority, verifier } = await community();
  const genuine = await member(authority);
  const rogue = await impostorOf(authority, noon);
  const forged = await member(rogue, { key: generateNodeKey() });
  const [leaf] = splitDer(forged.bundle)!;
  const [issuer] = splitDer(genuine.bundle)!;
  expect(reason(verifier.verifyNode(joinDer([leaf!, issuer!]), { clock: at(noon) }))).toBe('bad-signature');
});

test("another community's node is told apart from a forgery", async () => {
  const { verifier } = await community();
  const other = await community('Hill Side');
  const { bundle } = await member(other.authority);
  expect(reason(verifier.verifyNode(bundle, { clock: at(noon) }))).toBe('foreign-community');
});

test('dates: fresh, stale for 90 days, then refused; unknown while the own clock is not trusted or reads before the signature', async () => {
  const { authority, verifier } = await community();
  const { bundle } = await member(authority);
  const seen = (now: number, trusted = true) => reason(verifier.verifyNode(bundle, { clock: { now, trusted } }));
  expect(seen(noon - days(2))).toBe('fresh');
  expect(seen(noon + days(30))).toBe('fresh');
  expect(seen(noon + days(30) + 1000)).toBe('stale');
  expect(seen(noon + days(120))).toBe('stale');
  expect(seen(noon + days(120) + 1000)).toBe('expired');
  expect(seen(noon + days(500), false)).toBe('unknown');
  expect(seen(0)).toBe('unknown');
});

test('revocation counts at once, also for a certificate already known as genuine', async () => {
  const { authority, verifier } = await community();
  const { key, issued, bundle } = await member(authority);
  expect(verifier.verifyNode(bundle, { clock: at(noon) }).ok).toBe(true);
  expect(reason(verifier.verifyNode(bundle, { clock: at(noon), revoked: (node) => node === key.nodeId }))).toBe('revoked');
  expect(reason(verifier.verifyNode(bundle, { clock: at(noon), revoked: (_, serial) => serial === issued.serial }))).toBe('revoked');
});

test('a server certificate is no node, and a node no server', async () => {
  const { authority, verifier } = await community();
  const key = generateNodeKey();
  const server = await authority.issueServer({ publicKey: key.rawPublicKey, name: 'hub', names: ['localhost', '127.0.0.1', '::1'], now: noon });
  const serverBundle = joinDer(derOfPem(server.chainPem)!);
  const { bundle } = await member(authority);
  expect(verifier.verifyServer(serverBundle, { clock: at(noon) }).ok).toBe(true);
  expect(reason(verifier.verifyNode(serverBundle, { clock: at(noon) }))).toBe('profile');
  expect(reason(verifier.verifyServer(bundle, { clock: at(noon) }))).toBe('profile');
  const roleless = await member(authority, { relay: false });
  expect(reason(verifier.verifyNode(roleless.bundle, { clock: at(noon) }))).toBe('profile');
});

test('a leaf alone verifies once its issuing certificate has been seen', async () => {
  const { authority, verifier } = await community();
  const { bundle } = await member(authority);
  const alone = splitDer(bundle)![0]!;
  expect(reason(verifier.verifyNode(alone, { clock: at(noon) }))).toBe('bad-signature');
  expect(verifier.verifyNode(bundle, { clock: at(noon) }).ok).toBe(true);
  expect(verifier.verifyNode(alone, { clock: at(noon) }).ok).toBe(true);

  const taught = new CertificateVerifier({ rawRootKey: authority.rawRootKey });
  taught.learn(bundle);
  await authority.renewIssuing(noon + days(400));
  taught.learn(derOfPem(authority.issuingPem)![0]!);
  const late = await member(authority, { now: noon + days(760) });
  expect(reason(taught.verifyNode(splitDer(late.bundle)![0]!, { clock: at(noon + days(761)) }))).toBe('fresh');
  taught.learn((await member((await community('Hill Side')).authority)).bundle);
  taught.learn(new Uint8Array(10));
});

test('the memory of genuine certificates is bounded', async () => {
  const { authority } = await community();
  const verifier = new CertificateVerifier({ rawRootKey: authority.rawRootKey, cacheEntriesMax: 2 });
  const members = await Promise.all([member(authority), member(authority), member(authority)]);
  for (const { bundle } of members) expect(verifier.verifyNode(bundle, { clock: at(noon) }).ok).toBe(true);
  expect(verifier.cached).toBe(2);
  expect(verifier.verifyNode(members[0]!.bundle, { clock: at(noon) }).ok).toBe(true);
});

test('a root is taken by its pin only', async () => {
  const { authority } = await community();
  const root = derOfPem(authority.rootPem)![0]!;
  const rogue = await community();
  expect(CertificateVerifier.fromRoot(root, authority.rootPin)?.community).toBe(authority.id);
  expect(authority.rootPin).toBe(keyPinOf(authority.rawRootKey));
  expect(CertificateVerifier.fromRoot(derOfPem(rogue.authority.rootPem)![0]!, authority.rootPin)).toBeUndefined();
  expect(CertificateVerifier.fromRoot(derOfPem(authority.issuingPem)![0]!, authority.rootPin)).toBeUndefined();
});

test('a request proves possession of its key; a broken one is refused', async () => {
  const { authority } = await community();
  const key = generateNodeKey();
  const csr = await createCsr(key, 'roof');
  expect(await publicKeyOfCsr(csr)).toEqual(key.rawPublicKey);
  const der = Buffer.from(csr.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  der[der.length - 5]! ^= 1;
  const broken = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  for (const csrPem of [broken, 'nonsense', 'x'.repeat(3000)]) {
    await expect(authority.issueNode({ csrPem, name: 'roof', roles: { relay: true, gateway: false }, now: noon })).rejects.toThrow('certificate request');
  }
  await expect(authority.issueNode({ csrPem: csr, name: 'a,O=b', roles: { relay: true, gateway: false }, now: noon })).rejects.toThrow('node name');
});

test('an identity record is leaf and issuing certificate, and small', async () => {
  const { authority, verifier } = await community('x'.repeat(48));
  const { issued, bundle } = await member(authority, { name: 'ü'.repeat(48), gateway: true });
  const record = encodeIdentity(issued.chainPem);
  expect(record.length).toBeLessThan(identityBytesMax / 2);
  expect(record).toEqual(bundle);
  expect(decodeIdentity(record)?.leaf).toEqual(splitDer(bundle)![0]);
  expect(verifier.verifyNode(record, { clock: at(noon) }).ok).toBe(true);
  expect(() => encodeIdentity('nonsense')).toThrow('leaf and its issuing certificate');
});

test('hostile bytes are refused, never thrown and never accepted', async () => {
  const { authority, verifier } = await community();
  const { bundle } = await member(authority);
  const flips = fc.array(fc.record({ at: fc.nat(bundle.length - 1), bit: fc.integer({ min: 0, max: 7 }) }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(flips, (changes) => {
      const bytes = bundle.slice();
      for (const { at: index, bit } of changes) bytes[index]! ^= 1 << bit;
      const verdict = verifier.verifyNode(bytes, { clock: at(noon) });
      expect(verdict.ok).toBe(Buffer.compare(bytes, bundle) === 0);
    }),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      expect(verifier.verifyNode(bytes, { clock: at(noon) }).ok).toBe(false);
      decodeIdentity(bytes);
    }),
  );
  fc.assert(
    fc.property(
      fc.nat(bundle.length - 1),
      (length) => !verifier.verifyNode(bundle.slice(0, length), { clock: at(noon) }).ok || length >= splitDer(bundle)![0]!.length,
    ),
  );
});
