import { type Invite, readInvite } from '@energymesh/identity';
import type { Problem } from '@energymesh/network';
import { countries } from '@energymesh/network';
import { say } from '../said.ts';

/** What stands in an invite's file before the invite, as on the boot partition: docs/install.md. */
export interface Carried {
  readonly name?: string;
  readonly country?: string;
  readonly mesh?: { readonly id: string; readonly passphrase?: string };
}
export type CheckedInvite =
  | { readonly ok: true; readonly invite: Invite; readonly line: string; readonly carried: Carried }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const inviteTextCharactersMax = 8192;
const nameLengthMax = 40;

/** `now` undefined: this node does not know the time, so nothing has ended yet. Never throws. */
export function checkInvite(text: string, now: number | undefined): CheckedInvite {
  if (text.length > inviteTextCharactersMax)
    return {
      ok: false,
      problems: [{ field: 'invite', text: say('invite.far-too-long') }],
    };
  const plain = text.replace(/^\ufeff/, '').replaceAll('\r', '');
  const begins = /(^|\s)(EM1-|\{)/.exec(plain);
  const before = begins ? plain.slice(0, begins.index) : '';
  const rest = begins ? plain.slice(begins.index).trim() : plain.trim();
  // Mails break lines; an invite's line has no blanks of its own.
  const line = rest.startsWith('EM1-') ? rest.replace(/\s+/g, '') : rest;
  const read = readInvite(line);
  const problems: Problem[] = read.ok
    ? []
    : read.problems.map(({ field, text: words }) => ({ field: field === '' ? 'invite' : `invite.${field}`, text: words }));
  const carried = carriedIn(before, problems);
  if (read.ok && now !== undefined && read.invite.expiresAt < now)
    problems.push({
      field: 'invite.expiresAt',
      text: say('invite.ended', endOf(read.invite.expiresAt)),
    });
  if (!read.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, invite: read.invite, line, carried };
}

/** In UTC: a node that is being set up knows no zone. */
function endOf(at: number): { day: string; time: string } {
  const [day = '', time = ''] = new Date(at).toISOString().slice(0, 16).split('T');
  return { day, time };
}

function carriedIn(lines: string, problems: Problem[]): Carried {
  const values = new Map<string, string>();
  for (const one of lines.split('\n').slice(0, 32)) {
    const [, key, value] = /^\s*([a-z-]+)\s*:\s*(.+?)\s*$/.exec(one) ?? [];
    if (key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
  }
  const [name, country, id, passphrase] = ['name', 'country', 'mesh-id', 'mesh-passphrase'].map((key) => values.get(key));
  const wrong = (field: string, text: string) => problems.push({ field, text });
  if (name !== undefined && (name.length > nameLengthMax || /["'\\]/.test(name)))
    wrong('name', `Write a name of 1 to ${nameLengthMax} characters without quotes.`);
  if (country !== undefined && !countries.has(country)) wrong('country', 'Write the country as two capital letters, such as DE.');
  if (id !== undefined && Buffer.byteLength(id) > 32) wrong('mesh-id', "Write the mesh's name with at most 32 bytes.");
  if (passphrase !== undefined && (passphrase.length < 12 || passphrase.length > 63)) wrong('mesh-passphrase', 'Write 12 to 63 characters.');
  return {
    ...(name !== undefined && { name }),
    ...(country !== undefined && { country }),
    ...(id !== undefined && { mesh: { id, ...(passphrase !== undefined && { passphrase }) } }),
  };
}
