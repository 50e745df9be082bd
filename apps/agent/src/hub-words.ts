import { InviteUnreadable } from './identity/enrol.ts';
import type { HubError } from './identity/hub-client.ts';

const refusals: Readonly<Record<string, string>> = {
  'invite-unknown': 'The hub does not know this invite. Check that the whole text was given, or ask for a new one.',
  'invite-used-up': 'This invite has been used by another node. Ask for a new one.',
  'invite-expired': 'This invite has ended. Ask for a new one.',
  'invite-withdrawn': 'Who made this invite has withdrawn it. Ask for a new one.',
  'join-refused': 'A member of the community has said no to this node. Speak with them, or get an invite.',
  'requests-full': 'Too many nodes wait for an answer there. Ask a member for an invite, or try again tomorrow.',
  moved: 'A hub has taken over from the node that made the community. Ask for a new invite, or ask the hub.',
  'not-found': 'This hub is too old to be asked. Get an invite, or have it updated.',
  revoked: 'The community has revoked this node. Ask its administrator.',
  'bad-name': 'The hub does not take this name. Choose another one.',
  'https-only': 'The hub takes nodes over https only. Ask for a new invite.',
};

/** Why a hub did not take this node in, and what to do. */
export function wordsFor(error: HubError | InviteUnreadable): string {
  if (error instanceof InviteUnreadable) return 'The invite cannot be read. Give the whole line that begins with EM1-.';
  const where = /^https:\/\/[^/\s:]+(:\d+)?/.exec(error.message)?.[0] ?? 'The hub';
  switch (error.why) {
    case 'unreachable':
      return `No answer from ${where}. Check this node's way to the internet.`;
    case 'untrusted':
      return `Who answers at ${where} is not this community's hub. Something stands in between, or the invite is of another community.`;
    case 'busy':
      return `${where} has no time now.`;
    case 'broken':
      return `What ${where} answers cannot be understood. The hub or this node may need an update.`;
    case 'refused':
      return refusals[error.code ?? ''] ?? `The hub says no: ${error.message.replace(/^\S+: /, '')}.`;
  }
}
