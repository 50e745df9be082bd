import type { MemberAsk } from '@energymesh/enrolment';
import type * as z from 'zod';
import type { Events } from './events.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';

export interface WishWords {
  /** What this node could do as a member: "let others in". */
  readonly purpose: string;
  /** Why the hub alone can do it, and what holds meanwhile: sentences around "Check this node's way to the internet, or do it on a node that has one". */
  readonly alone: string;
  readonly meanwhile: string;
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
  'bad-signature': 'The hub does not know this node as a member. It renews by itself when it has the time; if this stays, ask the administrator.',
  revoked: 'The community has revoked this node. Ask its administrator.',
  expired: "This node's certificate has ended. It is renewed by itself as soon as the node reaches the hub; then try again.",
};

/** Asks the hub, in this node's name. Rejects with PeopleRefused, in words. docs/hub.md, `POST /members` */
export function memberWish({ identity, events, words }: WishOptions): <T>(wish: MemberAsk, schema: z.ZodType<T>) => Promise<T> {
  return async (wish, schema) => {
    if (!identity.enrolment) throw new PeopleRefused('no-member', `This node is no member of a community yet. Join one first, then ${words.purpose}.`);
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
  const unclear = new PeopleRefused('hub-old', `What the hub at ${hub} answers cannot be understood. The hub or this node may need an update.`);
  if (!(error instanceof HubError)) return unclear;
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused(
        'hub-away',
        `No answer from the hub at ${hub}. ${words.alone} Check this node's way to the internet, or do it on a node that has one${words.meanwhile}`,
      );
    case 'untrusted':
      return new PeopleRefused('hub-away', `Who answers at ${hub} is not this community's hub. Something stands in between.`);
    case 'broken':
      return unclear;
    case 'refused': {
      const code = error.code ?? '';
      if (words.old.includes(code)) return new PeopleRefused('hub-old', `The hub at ${hub} is too old for this. Its administrator updates it.`);
      const why = code === 'device-known' ? code : 'hub-refused';
      return new PeopleRefused(why, words.refused[code] ?? common[code] ?? `The hub says no: ${error.message.replace(/^\S+: /, '')}.`);
    }
  }
}
