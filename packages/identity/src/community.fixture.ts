import { type AuthorityData, CommunityAuthority } from './authority.ts';
import { createCsr } from './csr.ts';
import { derOfPem, joinDer } from './der.ts';
import { generateNodeKey, type NodeKey } from './keys.ts';
import { CertificateVerifier, type ClockReading } from './verify.ts';

/** 2026-11-01T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 1, 12);
export const at = (now: number): ClockReading => ({ now, trusted: true });

export async function community(name = 'Sunny Street', now = noon) {
  const authority = await CommunityAuthority.create({ name, now });
  return { authority, verifier: new CertificateVerifier({ rawRootKey: authority.rawRootKey }) };
}

export async function member(authority: CommunityAuthority, options: { key?: NodeKey; gateway?: boolean; relay?: boolean; now?: number; name?: string } = {}) {
  const key = options.key ?? generateNodeKey();
  const name = options.name ?? 'roof';
  const issued = await authority.issueNode({
    csrPem: await createCsr(key, name),
    name,
    roles: { relay: options.relay ?? true, gateway: options.gateway ?? false },
    now: options.now ?? noon,
  });
  return { key, issued, bundle: joinDer(derOfPem(issued.chainPem)!) };
}

/** An authority that calls itself by the other's community id: what a rogue CA would write into its certificates. */
export async function impostorOf(genuine: CommunityAuthority, now: number): Promise<CommunityAuthority> {
  const own = await CommunityAuthority.create({ name: genuine.name, now });
  Object.defineProperty(own, 'id', { value: genuine.id });
  await own.renewIssuing(now);
  return own;
}

/** The genuine issuing certificate under a rogue issuing key. */
export async function withGenuineIssuingCertificate(rogue: CommunityAuthority, genuine: CommunityAuthority): Promise<CommunityAuthority> {
  const data: AuthorityData = { ...rogue.save(), issuingCertificate: genuine.issuingPem };
  const mixed = await CommunityAuthority.load(data, noon);
  Object.defineProperty(mixed, 'id', { value: genuine.id });
  return mixed;
}
