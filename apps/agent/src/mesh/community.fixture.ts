import { CertificateVerifier, CommunityAuthority, createCsr, encodeIdentity, generateNodeKey, type NodeKey, nodeKeyToPem } from '@energymesh/identity';
import { Incarnation, NodeId } from '@energymesh/protocol';
import type { MeshIdentity } from './ports.ts';

/** What identity/ gives a node, made by hand: areas do not import each other. Its crypto is for the protocol's eyes only where a test drives the protocol. */
export interface TestMember extends MeshIdentity {
  readonly key: NodeKey;
  readonly chainPem: string;
  revoke(node: NodeId): void;
}

export async function testCommunity(options: { readonly name?: string; readonly now?: number } = {}) {
  const authority = await CommunityAuthority.create({ name: options.name ?? 'Sunny Street', now: options.now ?? Date.now() });
  return { authority, member: (name: string, given: MemberOptions = {}) => testMember(authority, name, given) };
}

interface MemberOptions {
  readonly now?: number;
  readonly incarnation?: number;
  /** Whose members it believes; its own community's when left out. */
  readonly trusts?: CommunityAuthority;
  readonly crypto?: (key: NodeKey, verifier: CertificateVerifier) => MeshIdentity['crypto'];
}

export async function testMember(authority: CommunityAuthority, name: string, options: MemberOptions = {}): Promise<TestMember> {
  const key = generateNodeKey();
  const csrPem = await createCsr(key, name);
  const { chainPem } = await authority.issueNode({ csrPem, name, roles: { relay: true, gateway: true }, now: options.now ?? Date.now() });
  const verifier = new CertificateVerifier({ rawRootKey: (options.trusts ?? authority).rawRootKey });
  const handlers = new Set<() => void>();
  const revoked = new Set<string>();
  const noCrypto = new Proxy({}, { get: (_target, what) => () => fail(`crypto.${String(what)} is not for this test`) }) as MeshIdentity['crypto'];
  return {
    key,
    chainPem,
    node: NodeId(key.nodeId),
    name,
    incarnation: Incarnation(options.incarnation ?? 1),
    crypto: options.crypto?.(key, verifier) ?? noCrypto,
    beaconKeys: () => [authority.beaconKey],
    certificate: () => encodeIdentity(chainPem),
    tls: () => ({ key: nodeKeyToPem(key), chain: chainPem }),
    judge(bundle) {
      const verdict = verifier.verifyNode(bundle, { clock: { now: Date.now(), trusted: true }, revoked: (node) => revoked.has(node) });
      return verdict.ok ? { ok: true, node: NodeId(verdict.node) } : verdict;
    },
    communityDocument: () => undefined,
    revokedNodes: () => [...revoked].map(NodeId),
    raiseIncarnation: () => {},
    onChange(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    revoke(node) {
      revoked.add(node);
      for (const handler of handlers) handler();
    },
  };
}

function fail(why: string): never {
  throw new Error(why);
}
