import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { PeopleRefused } from '../../ports.ts';
import { say } from '../../said.ts';
import * as s from '../people-schema.ts';
import type { ApiPorts } from '../ports.ts';
import { operator, router } from '../trpc.ts';

const codes: Record<PeopleRefused['why'], TRPCError['code']> = {
  'no-member': 'CONFLICT',
  'hub-away': 'SERVICE_UNAVAILABLE',
  'hub-old': 'NOT_IMPLEMENTED',
  'hub-refused': 'CONFLICT',
  'device-known': 'CONFLICT',
  'no-seal': 'BAD_REQUEST',
  invalid: 'BAD_REQUEST',
};
export async function answering<T>(work: Promise<T> | (() => Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (cause) {
    if (cause instanceof PeopleRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    throw cause;
  }
}

/** Invites, and the word on nodes that ask to join. The hub is asked each time. docs/setup.md */
export const peopleRouter = ({ people }: Pick<ApiPorts, 'people'>) =>
  router({
    /** The community that was made on this node, if one was. */
    own: operator.output(s.ownCommunity).query(() => people.own()),
    /** Under the passphrase. The file may be read by anybody, and opened by it alone. */
    backup: operator
      .input(z.object({ passphrase: z.string().max(1024) }))
      .output(z.object({ file: z.string() }))
      .mutation(({ input }) =>
        answering(async () => {
          if (input.passphrase.length < s.backupPassphraseMin) throw new PeopleRefused('invalid', say('own.characters', { count: s.backupPassphraseMin }));
          return { file: await people.backup(input.passphrase) };
        }),
      ),
    /** Puts a node out for good; by the community's maker alone, while there is no hub. */
    revoke: operator
      .input(s.revokeWish)
      .output(s.ownCommunity)
      .mutation(({ input }) =>
        answering(async () => {
          await people.revoke(input.node);
          return people.own();
        }),
      ),
    /** A hub made from the backup answers there: from now on it lets others in. */
    moveTo: operator
      .input(s.moveWish)
      .output(s.ownCommunity)
      .mutation(({ input }) =>
        answering(async () => {
          await people.moveTo(input.address);
          return people.own();
        }),
      ),
    get: operator.output(s.people).query(() => answering(people.get())),
    /** Its text is shown this once: the hub keeps a hash. */
    invite: operator
      .input(s.inviteWish)
      .output(s.madeInvite)
      .mutation(({ input }) => answering(people.invite(input))),
    withdraw: operator
      .input(s.withdrawWish)
      .output(s.people)
      .mutation(({ input }) => answering(people.withdraw(input.id))),
    approve: operator
      .input(s.approveWish)
      .output(s.people)
      .mutation(({ input }) => answering(people.approve(input.node, input.gateway))),
    refuse: operator
      .input(s.refuseWish)
      .output(s.people)
      .mutation(({ input }) => answering(people.refuse(input.node, input.forGood))),
  });
