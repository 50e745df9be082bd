import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';
import { hubAddress } from './setup/hub-address.ts';

/** Another address of the community's hub, as a person types it: taken when the hub has answered there, else refused in words. docs/settings.md */
export async function moveHub(identity: Pick<NodeIdentity, 'changeHub'>, founded: boolean, typed: string): Promise<void> {
  if (founded)
    throw new PeopleRefused('invalid', 'This community was made on this node, so this node is its hub. Under “People and invites” another one takes over.');
  const hub = hubAddress(typed);
  if (hub === undefined) throw new PeopleRefused('invalid', 'address: expected a name or an address, such as hub.example or 192.168.1.5:8443.');
  try {
    if (await identity.changeHub(hub)) return;
  } catch (error) {
    throw error instanceof HubError ? refusalOf(error, hub.replace(/^https:\/\//, '')) : error;
  }
  throw new PeopleRefused('no-member', 'This node is no member of a community yet. Give it an invite first: the hub’s address comes with it.');
}

function refusalOf(error: HubError, where: string): PeopleRefused {
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused(
        'hub-away',
        `No hub answers at ${where}. Nothing was changed. Look at the address and its port, and at this node's way to the internet.`,
      );
    case 'untrusted':
      return new PeopleRefused('hub-refused', `Who answers at ${where} is not this community's hub. Nothing was changed.`);
    case 'broken':
      return new PeopleRefused('hub-old', `What ${where} answers cannot be understood or does not verify. Nothing was changed.`);
    case 'refused':
      return new PeopleRefused('hub-refused', `The hub at ${where} does not know this node: ${error.message.replace(/^\S+: /, '')}. Nothing was changed.`);
  }
}
