import type { MemberAsk } from '@energymesh/enrolment';
import type * as z from 'zod';
import { madeInvite, people } from './api/people-schema.ts';
import type { PeoplePort } from './api/ports.ts';
import type { Events } from './events.ts';
import type { Founding } from './founding.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';

/** Letting others in, as the API has it: each wish goes to the hub, signed by this node. */
export function peoplePort(
  identity: Pick<NodeIdentity, 'ask' | 'enrolment'>,
  founding: Pick<Founding, 'own' | 'backup' | 'moveTo'>,
  events: Pick<Events, 'peopleAsked' | 'communityLeft'>,
): PeoplePort {
  const ask = async <T>(wish: MemberAsk, schema: z.ZodType<T>): Promise<T> => {
    if (!identity.enrolment) throw new PeopleRefused('no-member', 'This node is no member of a community yet. Join one first, then let others in.');
    try {
      const answer = schema.parse(await identity.ask(wish));
      if (wish.what !== 'list' && wish.what !== 'devices') events.peopleAsked(wish.what);
      return answer;
    } catch (error) {
      if (error instanceof PeopleRefused) throw error;
      throw refusalOf(error, identity.enrolment.hubs);
    }
  };
  return {
    get: () => ask({ what: 'list' }, people),
    invite: (of) => ask({ what: 'invite', ...of }, madeInvite),
    withdraw: (id) => ask({ what: 'withdraw', id }, people),
    approve: (node, gateway) => ask({ what: 'approve', node, gateway }, people),
    own: () => {
      const own = founding.own();
      return own ? { own } : {};
    },
    backup: async (passphrase) => {
      const file = await founding.backup(passphrase);
      if (file === undefined) throw new PeopleRefused('invalid', 'No community was made on this node: its keys lie at its hub.');
      events.communityLeft('backup');
      return file;
    },
    moveTo: async (address) => {
      const words = await founding.moveTo(address);
      if (words !== undefined) throw new PeopleRefused('invalid', words);
      events.communityLeft('moved');
    },
    refuse: (node, forGood) => ask({ what: 'refuse', node, forGood }, people),
  };
}

const refusals: Readonly<Record<string, string>> = {
  'bad-signature': 'The hub does not know this node as a member. It renews by itself when it has the time; if this stays, ask the administrator.',
  revoked: 'The community has revoked this node. Ask its administrator.',
  expired: "This node's certificate has ended. It is renewed by itself as soon as the node reaches the hub; then try again.",
  'too-many': 'Ten invites of this node are open. Withdraw one, or wait until one has ended.',
  'not-allowed': 'Only a gateway lets another gateway in. Invite it as a relay, or ask a neighbour with a gateway.',
  'no-such': 'This was decided or withdrawn by somebody else meanwhile, or the node stopped asking.',
};

function refusalOf(error: unknown, hubs: readonly string[]): PeopleRefused {
  const hub = hubs.map((one) => one.replace(/^https:\/\//, '')).join(', ');
  if (!(error instanceof HubError))
    return new PeopleRefused('hub-old', `What the hub at ${hub} answers cannot be understood. The hub or this node may need an update.`);
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused(
        'hub-away',
        `No answer from the hub at ${hub}. It alone can let somebody in. Check this node's way to the internet, or do it on a node that has one; nothing else is held up.`,
      );
    case 'untrusted':
      return new PeopleRefused('hub-away', `Who answers at ${hub} is not this community's hub. Something stands in between.`);
    case 'broken':
      return new PeopleRefused('hub-old', `What the hub at ${hub} answers cannot be understood. The hub or this node may need an update.`);
    case 'refused':
      if (error.code === 'not-found') return new PeopleRefused('hub-old', `The hub at ${hub} is too old for this. Its administrator updates it.`);
      return new PeopleRefused('hub-refused', refusals[error.code ?? ''] ?? `The hub says no: ${error.message.replace(/^\S+: /, '')}.`);
  }
}
