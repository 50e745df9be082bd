import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const deviceRoles = ['donor', 'recipient', 'meter', 'lock'] as const;
export type DeviceRole = (typeof deviceRoles)[number];

/** A device id is also its MQTT user name, client id and topic level. */
export const deviceIdPattern = /^[a-z0-9-]{1,32}$/;

/** A device's credential as every node of the community holds it: nobody gets the token out of it. */
export interface DeviceCredential {
  readonly id: string;
  readonly role: DeviceRole;
  /** 8 bytes in base64url. */
  readonly salt: string;
  /** SHA-256 of salt and token, in base64url. A 128-bit random token needs no slow hash. */
  readonly verifier: string;
}

/** A device's password: 128 random bits in base64url, 22 characters. */
export const newDeviceToken = (): string => randomBytes(16).toString('base64url');
export const newSalt = (): string => randomBytes(8).toString('base64url');

const digest = (token: Uint8Array, salt: string): Buffer => createHash('sha256').update(Buffer.from(salt, 'base64url')).update(token).digest();

export const deviceVerifier = (token: string, salt: string): string => digest(Buffer.from(token), salt).toString('base64url');

/** Whether the password is the token, in a time that does not depend on where it differs. */
export function checkDevicePassword(password: Uint8Array, credential: Pick<DeviceCredential, 'salt' | 'verifier'>): boolean {
  const expected = Buffer.from(credential.verifier, 'base64url');
  const found = digest(password, credential.salt);
  return expected.length === found.length && timingSafeEqual(expected, found);
}
