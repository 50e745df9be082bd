import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { deviceIdPattern, deviceRoles } from '@energymesh/identity';
import * as z from 'zod';

/** 32 MB and about a second on a small board: what a stolen file is to withstand is a passphrase of words. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const backupCharactersMax = 1024 * 1024;

const file = z.object({
  energymesh: z.literal('community'),
  version: z.literal(1),
  community: z.object({ id: z.string(), name: z.string() }),
  salt: z.base64url().length(22),
  nonce: z.base64url().length(16),
  sealed: z.base64url(),
});
const content = z.object({
  /** As `CommunityAuthority.save`: judged when it is loaded. */
  authority: z.record(z.string(), z.unknown()),
  members: z
    .array(
      z.object({
        id: z.string().regex(/^[0-9a-f]{16}$/),
        name: z.string().max(64),
        gateway: z.boolean(),
        /** Ed25519, base64. */
        publicKey: z.base64(),
        enrolledAt: z.number(),
        certificateSerial: z.string().max(64),
        certificateNotAfter: z.number(),
      }),
    )
    .max(100_000),
  devices: z
    .array(
      z.object({
        id: z.string().regex(deviceIdPattern),
        role: z.enum(deviceRoles),
        salt: z.string().max(64),
        verifier: z.string().max(64),
        addedAt: z.number(),
        /** The member that added it. */
        by: z.string().max(16).optional(),
      }),
    )
    .max(100_000),
  revoked: z.array(z.object({ node: z.string().regex(/^[0-9a-f]{16}$/), at: z.number() })).max(100_000),
});
/** A community as it moves from the node that made it to its first hub. */
export type CommunityBackup = z.output<typeof content>;

/** One line of JSON: name and id in the clear, the rest sealed (scrypt, AES-256-GCM). */
export async function sealBackup(community: { readonly id: string; readonly name: string }, backup: CommunityBackup, passphrase: string): Promise<string> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(backup)), cipher.final(), cipher.getAuthTag()]);
  const [saltText, nonceText] = [salt.toString('base64url'), nonce.toString('base64url')];
  const { id, name } = community;
  return JSON.stringify({
    energymesh: 'community',
    version: 1,
    community: { id, name },
    salt: saltText,
    nonce: nonceText,
    sealed: sealed.toString('base64url'),
  });
}

/** In words what is wrong, or what is in it. Never throws. */
export async function openBackup(text: string, passphrase: string): Promise<CommunityBackup | { readonly wrong: string }> {
  const read = text.length > backupCharactersMax ? undefined : file.safeParse(jsonOf(text)).data;
  if (!read) return { wrong: 'the file is no backup of a community, or it was cut off' };
  const sealed = Buffer.from(read.sealed, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, Buffer.from(read.salt, 'base64url')), Buffer.from(read.nonce, 'base64url'));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return content.parse(JSON.parse(plain.toString('utf8')));
  } catch {
    return { wrong: 'the passphrase is another one, or the file was changed' };
  }
}

const keyOf = (passphrase: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key))));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
