import { join } from 'node:path';
import { type CommunityAuthority, generateNodeKey, type NodeKey, nodeKeyFromPem, nodeKeyToPem, validity } from '@energymesh/identity';
import { readSecret, writeSecret } from './files.ts';

export interface ServerIdentity {
  readonly keyPem: string;
  /** Leaf, issuing and root: the root too, since an agent that enrols knows no more of it than its hash. */
  readonly chainPem: string;
  readonly notAfter: number;
}

/** The hub's own key, from `<dataDir>/server-key.pem`; made if absent. */
export async function openServerKey(dataDir: string): Promise<NodeKey> {
  const file = join(dataDir, 'server-key.pem');
  const text = await readSecret(file);
  if (text !== undefined) return nodeKeyFromPem(text);
  const key = generateNodeKey();
  await writeSecret(file, nodeKeyToPem(key));
  return key;
}

/** A fresh certificate for the hub's own doors, valid 30 days: made at every start and again at half life. */
export async function issueServerIdentity(authority: CommunityAuthority, key: NodeKey, names: readonly string[], now: number): Promise<ServerIdentity> {
  const issued = await authority.issueServer({ publicKey: key.rawPublicKey, name: 'hub', names, now });
  return { keyPem: nodeKeyToPem(key), chainPem: issued.chainPem + authority.rootPem, notAfter: issued.notAfter };
}

export const isDue = (identity: ServerIdentity, now: number): boolean => identity.notAfter - now < validity.leafMs / 2;
