import { InviteUnreadable } from './identity/enrol.ts';
import type { HubError } from './identity/hub-client.ts';
import { say } from './said.ts';

const refusals: Readonly<Record<string, string>> = {
  'invite-unknown': say('hub.invite-unknown'),
  'invite-used-up': say('hub.invite-used-up'),
  'invite-expired': say('hub.invite-expired'),
  'invite-withdrawn': say('hub.invite-withdrawn'),
  'join-refused': say('hub.join-refused'),
  'requests-full': say('hub.requests-full'),
  moved: say('hub.moved'),
  'not-found': say('hub.not-found'),
  revoked: say('hub.revoked'),
  'bad-name': say('hub.bad-name'),
  'https-only': say('hub.https-only'),
};

/** Why a hub did not take this node in, and what to do. */
export function wordsFor(error: HubError | InviteUnreadable): string {
  if (error instanceof InviteUnreadable) return say('hub.invite-unreadable');
  const hub = /^https:\/\/[^/\s:]+(:\d+)?/.exec(error.message)?.[0] ?? 'The hub';
  switch (error.why) {
    case 'unreachable':
      return say('hub.silent', { hub });
    case 'untrusted':
      return say('hub.other', { hub });
    case 'busy':
      return say('hub.busy', { hub });
    case 'broken':
      return say('hub.unclear', { hub });
    case 'refused':
      return refusals[error.code ?? ''] ?? say('hub.no', { words: error.message.replace(/^\S+: /, '') });
  }
}
