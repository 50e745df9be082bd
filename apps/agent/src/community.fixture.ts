import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommunityAuthority, createCsr, type DeviceCredential, deviceVerifier, newDeviceToken, newSalt, signCommunityDocument } from '@energymesh/identity';
import { storeEnrolment } from './identity/enrolment.ts';
import { privateFolder, writeDurably } from './identity/files.ts';
import { openNodeKey } from './identity/keystore.ts';

/** A community whose nodes were enrolled by hand: what a hub's answer leaves in a node's data folder. */
export async function testCommunity() {
  const now = Date.now();
  const authority = await CommunityAuthority.create({ name: 'Sunny Street', now });
  const tokens = new Map<string, string>();
  const devices: DeviceCredential[] = [];
  return {
    id: authority.id,
    rootPem: authority.rootPem,
    addDevice(id: string, role: DeviceCredential['role']): string {
      const [token, salt] = [newDeviceToken(), newSalt()];
      tokens.set(id, token);
      devices.push({ id, role, salt, verifier: deviceVerifier(token, salt) });
      return token;
    },
    /** Returns the node's id. */
    async enrol(dataDir: string, name: string, roles: { gateway: boolean }): Promise<string> {
      const folder = join(dataDir, 'identity');
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      privateFolder(folder);
      const { key } = openNodeKey(folder);
      const { chainPem } = await authority.issueNode({ csrPem: await createCsr(key, name), name, roles: { relay: true, gateway: roles.gateway }, now });
      storeEnrolment(folder, {
        chain: chainPem,
        root: authority.rootPem,
        community: { id: authority.id, name: authority.name },
        beaconKey: authority.beaconKey,
        hubs: ['https://hub.invalid'],
        backend: undefined,
        gateway: roles.gateway,
      });
      const document = signCommunityDocument(authority, { number: 1, issuedAt: now, revoked: [], devices });
      writeDurably(join(folder, 'community.document'), document);
      return key.nodeId;
    },
  };
}
