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
  const read = readInvite(text);
  return read.ok ? read.invite : undefined;
}

/** `field` is a path such as "hubs.0"; "" is the invite as a whole. Texts hold nothing of the invite: it is a secret. */
export interface InviteProblem {
  readonly field: string;
  readonly text: string;
}
export type ReadInvite = { readonly ok: true; readonly invite: Invite } | { readonly ok: false; readonly problems: readonly InviteProblem[] };

/** As `parseInvite`, and in words what is wrong, by field, with what to do. Never throws. */
export function readInvite(text: string): ReadInvite {
  const wrong = (words: string): ReadInvite => ({ ok: false, problems: [{ field: '', text: words }] });
  if (text.length > inviteTextMax)
    return wrong(`This is longer than an invite (${inviteTextMax} characters). Give the line that begins with EM1- and nothing else.`);
  const trimmed = text.trim();
  if (trimmed === '') return wrong('There is nothing here. Give the line that begins with EM1-.');
  let value: unknown;
  if (trimmed.startsWith(PREFIX)) {
    const code = trimmed.slice(PREFIX.length);
    if (!/^[\w-]*$/.test(code)) return wrong('There are characters in it that no invite has. Copy the line that begins with EM1- once more, whole.');
    value = jsonOf(Buffer.from(code, 'base64url').toString('utf8'));
  } else if (trimmed.startsWith('{')) value = jsonOf(trimmed);
  else return wrong('This is no invite. An invite is a line that begins with EM1-; a neighbour or the community gives it to you.');
  if (value === undefined) return wrong('A part of the invite is missing: it was cut off. Copy the whole line, or take the photo again.');
  const parsed = inviteSchema.safeParse(value);
  if (parsed.success) return { ok: true, invite: parsed.data };
  const problems = parsed.error.issues.slice(0, 8).map(({ path }) => {
    const field = path.map(String).join('.');
    return { field, text: fixes[String(path[0])] ?? 'It is not as an invite has to be. Ask for a new one.' };
  });
  return { ok: false, problems };
}

const fixes: Readonly<Record<string, string>> = {
  version: 'It is of a newer kind than this node understands. Update the node, or ask for an invite of version 1.',
  community: 'The community in it has no proper name or id. Ask for a new invite.',
  hubs: 'It names no server that could be asked: 1 to 4 addresses that begin with https:// are needed. Ask for a new invite.',
  root: "The community's fingerprint in it is broken. Ask for a new invite.",
  token: 'Its secret is broken. Ask for a new invite.',
  role: 'It says neither relay nor gateway. Ask for a new invite.',
  expiresAt: 'It does not say until when it counts. Ask for a new invite.',
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
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
