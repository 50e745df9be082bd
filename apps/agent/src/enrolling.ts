import { readFileSync } from 'node:fs';
import { isInviteText } from './config.ts';
import type { Founding } from './founding.ts';
import { wordsFor } from './hub-words.ts';
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

/** Gets this node in: by an invite, by asking, or as the first of a new community, with the reasons in words for the wizard. */
export function joiner(identity: Pick<NodeIdentity, 'enrol' | 'askIn'>, founding: Pick<Founding, 'create'>, logger: Logger): Join {
  return async ({ wanted, name, signal, onRetry, onOpen }) => {
    const how = { name, signal, onRetry: (error: HubError, afterMs: number) => onRetry(wordsFor(error), afterMs) };
    try {
      if (wanted.by === 'invite') await identity.enrol({ invite: wanted.invite, ...how });
      else if (wanted.by === 'create') await founding.create(wanted.community, name, signal);
      else await identity.askIn({ ...wanted, ...how, onOpen });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HubError) && !(error instanceof InviteUnreadable)) throw error;
      logger.error({ err: error, by: wanted.by }, 'not enrolled: refused. Give another invite in the dashboard, or set "invite" and start again');
      throw new JoinRefused(wordsFor(error));
    }
  };
}
