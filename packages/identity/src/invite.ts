import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { nameLengthMax } from './names.ts';

const inviteTextMax = 4096;
const PREFIX = 'EM1-';

const inviteSchema = z.strictObject({
  version: z.literal(1),
  community: z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/), name: z.string().min(1).max(nameLengthMax) }),
  /** Where to enrol: https addresses, tried in order. */
  hubs: z
    .array(z.url({ protocol: /^https$/ }).max(200))
    .min(1)
    .max(4),
  /** SHA-256 of the community's raw root public key, hex: the server is believed by this alone. */
  root: z.string().regex(/^[0-9a-f]{64}$/),
  /** 128-bit secret in base64url. */
  token: z.string().regex(/^[\w-]{22}$/),
  /** What the new node will be. */
  role: z.enum(['relay', 'gateway']),
  /** Milliseconds since 1970. */
  expiresAt: z.int().min(0),
});

/** An invite as a person or a file carries it: whoever holds it may enrol a node. */
export type Invite = z.infer<typeof inviteSchema>;
export type InviteRole = Invite['role'];

/** What the hub keeps: the secret's hash, not the secret. */
export interface InviteRecord {
  /** Hex SHA-256 of the token. */
  readonly tokenHash: string;
  readonly role: InviteRole;
  readonly usesMax: number;
  readonly uses: number;
  readonly expiresAt: number;
}

export interface InviteOptions {
  readonly community: { readonly id: string; readonly name: string };
  readonly hubs: readonly string[];
  readonly rootPin: string;
  readonly usesMax: number;
  readonly expiresAt: number;
  readonly role: InviteRole;
}

export const tokenHashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Throws ZodError when an option is out of bounds (a hub's address that is not https, for one). */
export function createInvite(options: InviteOptions): { readonly invite: Invite; readonly text: string; readonly record: InviteRecord } {
  const { community, hubs, rootPin, role, expiresAt } = options;
  const token = randomBytes(16).toString('base64url');
  const invite = inviteSchema.parse({ version: 1, community, hubs, root: rootPin, token, role, expiresAt });
  return { invite, text: inviteText(invite), record: { tokenHash: tokenHashOf(token), role, usesMax: options.usesMax, uses: 0, expiresAt } };
}

/** One line to paste: `EM1-` and the invite's JSON in base64url. */
export const inviteText = (invite: Invite): string => PREFIX + Buffer.from(JSON.stringify(invite)).toString('base64url');

/** Reads an invite's line or file (JSON); undefined when it is neither. */
export function parseInvite(text: string): Invite | undefined {
  if (text.length > inviteTextMax) return undefined;
  const trimmed = text.trim();
  try {
    const json = trimmed.startsWith(PREFIX) ? Buffer.from(trimmed.slice(PREFIX.length), 'base64url').toString('utf8') : trimmed;
    return inviteSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

export type InviteVerdict = 'valid' | 'unknown' | 'used-up' | 'expired';

/** Judges a token against the hub's record of it. Whoever counts the use does so in the transaction that issues the certificate. */
export function judgeInvite(record: InviteRecord | undefined, token: string, now: number): InviteVerdict {
  if (!record) return 'unknown';
  const [expected, found] = [Buffer.from(record.tokenHash, 'hex'), Buffer.from(tokenHashOf(token), 'hex')];
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) return 'unknown';
  if (now > record.expiresAt) return 'expired';
  return record.uses < record.usesMax ? 'valid' : 'used-up';
}
