import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';
import { say } from './said.ts';
import { hubAddress } from './setup/hub-address.ts';

/** Another address of the community's hub, as a person types it: taken when the hub has answered there, else refused in words. docs/settings.md */
export async function moveHub(identity: Pick<NodeIdentity, 'changeHub'>, founded: boolean, typed: string): Promise<void> {
  if (founded) throw new PeopleRefused('invalid', say('move.founder'));
  const hub = hubAddress(typed);
  if (hub === undefined) throw new PeopleRefused('invalid', say('hub.address'));
  try {
    if (await identity.changeHub(hub)) return;
  } catch (error) {
    throw error instanceof HubError ? refusalOf(error, hub.replace(/^https:\/\//, '')) : error;
  }
  throw new PeopleRefused('no-member', say('move.no-member'));
}

function refusalOf(error: HubError, hub: string): PeopleRefused {
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused('hub-away', say('move.silent', { hub }));
    case 'untrusted':
      return new PeopleRefused('hub-refused', say('move.other', { hub }));
    case 'broken':
      return new PeopleRefused('hub-old', say('move.unclear', { hub }));
    case 'refused':
      return new PeopleRefused('hub-refused', say('move.unknown', { hub, words: error.message.replace(/^\S+: /, '') }));
  }
}
