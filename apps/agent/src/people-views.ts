import { madeInvite, people } from './api/people-schema.ts';
import type { PeoplePort } from './api/ports.ts';
import type { Events } from './events.ts';
import type { Founding } from './founding.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { memberWish, type WishWords } from './member-wish.ts';
import { PeopleRefused } from './ports.ts';
import { say } from './said.ts';

/** Letting others in, as the API has it: each wish goes to the hub, signed by this node. */
export function peoplePort(
  identity: Pick<NodeIdentity, 'ask' | 'enrolment'>,
  founding: Pick<Founding, 'own' | 'backup' | 'moveTo' | 'revoke'>,
  events: Pick<Events, 'peopleAsked' | 'communityLeft' | 'communityNodeRevoked'>,
): PeoplePort {
  const ask = memberWish({ identity, events, words });
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
      if (file === undefined) throw new PeopleRefused('invalid', say('own.keys-at-hub'));
      events.communityLeft('backup');
      return file;
    },
    revoke: async (node) => {
      const words = await founding.revoke(node);
      if (words !== undefined) throw new PeopleRefused('invalid', words);
      events.communityNodeRevoked(node);
    },
    moveTo: async (address) => {
      const words = await founding.moveTo(address);
      if (words !== undefined) throw new PeopleRefused('invalid', words);
      events.communityLeft('moved');
    },
    refuse: (node, forGood) => ask({ what: 'refuse', node, forGood }, people),
  };
}

const words: WishWords = {
  noMember: say('wish.no-member-people'),
  away: (hub) => say('wish.hub-away-people', { hub }),
  old: ['not-found'],
  refused: {
    'too-many': say('wish.invites-full'),
    'not-allowed': say('wish.gateway'),
    'no-such': say('wish.decided'),
  },
};
