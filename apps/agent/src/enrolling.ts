import { readFileSync } from 'node:fs';
import { isInviteText } from './config.ts';
import { InviteUnreadable } from './identity/enrol.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import { type Join, JoinRefused } from './setup/setup.ts';

const inviteBytesMax = 8192;

/** The configured invite's text. Undefined: there is none, or its file cannot be read, which the log says. */
export function configuredInvite(invite: string | undefined, logger: Logger): string | undefined {
  if (invite === undefined) return undefined;
  if (isInviteText(invite)) return invite;
  try {
    const text = readFileSync(invite, 'utf8').slice(0, inviteBytesMax);
    if (text.trim() !== '') return text;
    logger.error({ file: invite }, "the invite's file is empty");
  } catch (error) {
    logger.error({ err: error }, "the invite's file cannot be read");
  }
  return undefined;
}

/** Redeems invites at their hubs, with the reasons in words for the wizard. */
export function joiner(identity: Pick<NodeIdentity, 'enrol'>, logger: Logger): Join {
  return async ({ invite, name, signal, onRetry }) => {
    try {
      await identity.enrol({ invite, name, signal, onRetry: (error, afterMs) => onRetry(wordsFor(error), afterMs) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError) && !(error instanceof InviteUnreadable)) throw error;
      logger.error({ err: error }, 'not enrolled: the invite does not work. Give another one in the dashboard, or set "invite" and start again');
      throw new JoinRefused(wordsFor(error));
    }
  };
}

const refusals: Readonly<Record<string, string>> = {
  'invite-unknown': 'The hub does not know this invite. Check that the whole text was given, or ask for a new one.',
  'invite-used-up': 'This invite has been used by another node. Ask for a new one.',
  'invite-expired': 'This invite has ended. Ask for a new one.',
  revoked: 'The community has revoked this node. Ask its administrator.',
  'bad-name': 'The hub does not take this name. Choose another one.',
  'https-only': 'The hub takes nodes over https only. Ask for a new invite.',
};

function wordsFor(error: HubError | InviteUnreadable): string {
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
