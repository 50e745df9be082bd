import { checkDevicePassword, type DeviceCredential } from '@energymesh/identity';
import type { DeviceDirectory, DeviceIdentity } from '../ports.ts';

/** Checked against for unknown user names, so that a wrong name takes as long as a wrong password. */
const nobody = { salt: 'AAAAAAAAAAA', verifier: 'A'.repeat(43) };

/** The devices of the newest community document; as many as fit into one (128 KB, about 1,500). */
export class CommunityDevices implements DeviceDirectory {
  #credentials: ReadonlyMap<string, DeviceCredential> = new Map();
  #known: readonly DeviceIdentity[] = [];
  readonly #handlers = new Set<() => void>();

  replace(devices: readonly DeviceCredential[]): void {
    this.#credentials = new Map(devices.map((device) => [device.id, device]));
    this.#known = Object.freeze(devices.map(({ id, role }) => Object.freeze({ id, role })));
    for (const handler of this.#handlers) handler();
  }

  authenticate(username: string, password: Uint8Array): DeviceIdentity | undefined {
    const credential = this.#credentials.get(username);
    const fits = checkDevicePassword(password, credential ?? nobody);
    return credential !== undefined && fits ? { id: credential.id, role: credential.role } : undefined;
  }

  known(): readonly DeviceIdentity[] {
    return this.#known;
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
