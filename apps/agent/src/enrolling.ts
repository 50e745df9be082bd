import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { isInviteText } from './config.ts';
import type { NodeIdentity } from './identity/identity.ts';

/**
 * Redeems the configured invite; without one, or when it is refused for good, waits to be stopped: the dashboard says what is missing.
 * Resolves when the node is enrolled; rejects with the signal's reason.
 */
export async function enrol(options: {
  readonly identity: Pick<NodeIdentity, 'enrol'>;
  readonly invite: string | undefined;
  readonly name: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { identity, invite, name, logger, signal } = options;
  if (invite === undefined) {
    logger.warn('not enrolled and no invite is configured: set "invite" and start again');
    return stopped(signal);
  }
  try {
    await identity.enrol({ invite: isInviteText(invite) ? invite : readFileSync(invite, 'utf8').slice(0, 8192), name, signal });
  } catch (error) {
    signal.throwIfAborted();
    logger.error({ err: error }, 'not enrolled: the invite does not work. Ask for a new one, set "invite" and start again');
    return stopped(signal);
  }
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
