import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CommunityAuthority,
  createRequests,
  type DeviceCredential,
  deviceVerifier,
  generateP256Key,
  newDeviceToken,
  newSalt,
  p256KeyToPem,
  type RewardTerms,
  signCommunityDocument,
} from '@energymesh/identity';
import { storeEnrolment } from './identity/enrolment.ts';
import { privateFolder, writeDurably } from './identity/files.ts';
import { openNodeKey } from './identity/keystore.ts';

/** A community whose nodes were enrolled by hand: what a hub's answer leaves in a node's data folder. */
export async function testCommunity(rewards?: RewardTerms) {
  const now = Date.now();
  const authority = await CommunityAuthority.create({ name: 'Sunny Street', now });
  const tokens = new Map<string, string>();
  const devices: DeviceCredential[] = [];
  return {
    id: authority.id,
    deviceRootPem: authority.deviceRootPem,
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
      const doorKey = generateP256Key();
      const { csr, doorCsr } = await createRequests(key, doorKey, name);
      const door = await authority.issueDoor({ csrPem: doorCsr, node: key.nodeId, name, now });
      const { chainPem } = await authority.issueNode({ csrPem: csr, name, roles: { relay: true, gateway: roles.gateway }, now });
      storeEnrolment(folder, {
        chain: chainPem,
        root: authority.rootPem,
        door: { key: p256KeyToPem(doorKey), certificate: door.pem, root: authority.deviceRootPem },
        community: { id: authority.id, name: authority.name },
        beaconKey: authority.beaconKey,
        beaconEpoch: 0,
        formerBeaconKeys: [],
        hubs: ['https://hub.invalid'],
        backend: undefined,
        gateway: roles.gateway,
      });
      const document = signCommunityDocument(authority, { number: 1, issuedAt: now, revoked: [], devices, rewards });
      writeDurably(join(folder, 'community.document'), document);
      return key.nodeId;
    },
  };
}
