import type { MemberAsk } from '@energymesh/enrolment';
import type * as z from 'zod';
import type { Events } from './events.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';
import { say } from './said.ts';

export interface WishWords {
  /** This node is no member of a community, and what it could do as one. */
  readonly noMember: string;
  /** The hub does not answer: why it alone can do it, and what holds meanwhile. */
  readonly away: (hub: string) => string;
  /** By the hub's code. */
  readonly refused: Readonly<Record<string, string>>;
  /** Codes by which a hub says that it does not know such a wish. */
  readonly old: readonly string[];
}

export interface WishOptions {
  readonly identity: Pick<NodeIdentity, 'ask' | 'enrolment'>;
  readonly events: Pick<Events, 'peopleAsked'>;
  readonly words: WishWords;
}

const common: Readonly<Record<string, string>> = {
  'bad-signature': say('wish.bad-signature'),
  revoked: say('hub.revoked'),
  expired: say('wish.expired'),
};

/** Asks the hub, in this node's name. Rejects with PeopleRefused, in words. docs/hub.md, `POST /members` */
export function memberWish({ identity, events, words }: WishOptions): <T>(wish: MemberAsk, schema: z.ZodType<T>) => Promise<T> {
  return async (wish, schema) => {
    if (!identity.enrolment) throw new PeopleRefused('no-member', words.noMember);
    try {
      const answer = schema.parse(await identity.ask(wish));
      if (wish.what !== 'list' && wish.what !== 'devices') events.peopleAsked(wish.what);
      return answer;
    } catch (error) {
      throw error instanceof PeopleRefused ? error : refusalOf(error, identity.enrolment.hubs, words);
    }
  };
}

function refusalOf(error: unknown, hubs: readonly string[], words: WishWords): PeopleRefused {
  const hub = hubs.map((one) => one.replace(/^https:\/\//, '')).join(', ');
  const unclear = new PeopleRefused('hub-old', say('wish.hub-unclear', { hub }));
  if (!(error instanceof HubError)) return unclear;
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused('hub-away', words.away(hub));
    case 'untrusted':
      return new PeopleRefused('hub-away', say('wish.hub-other', { hub }));
    case 'broken':
      return unclear;
    case 'refused': {
      const code = error.code ?? '';
      if (words.old.includes(code)) return new PeopleRefused('hub-old', say('wish.hub-old', { hub }));
      const why = code === 'device-known' ? code : 'hub-refused';
      return new PeopleRefused(why, words.refused[code] ?? common[code] ?? say('hub.no', { words: error.message.replace(/^\S+: /, '') }));
    }
  }
}
