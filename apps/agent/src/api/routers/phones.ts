import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { type Follows, followNames } from '../follows.ts';
import { PhonesRefused } from '../phones/refused.ts';
import { phoneOffer, phonesView } from '../phones/schema.ts';
import type { PhonesPort } from '../ports.ts';
import { operator, router } from '../trpc.ts';

/** Phones that may speak for the operator. docs/app.md */
const seen = z.partialRecord(z.enum(followNames), z.string().max(16));
const followed = z.object({ at: z.number(), feeds: z.array(z.object({ name: z.enum(followNames), mark: z.string(), value: z.unknown().optional() })) });

export const phonesRouter = (phones: PhonesPort, follows: Pick<Follows, 'next'>) =>
  router({
    list: operator.output(phonesView).query(() => phones.list()),
    /** A code for one more phone, good once and for ten minutes; the one before ends. */
    offer: operator.output(phoneOffer).mutation(() => {
      try {
        return phones.offer();
      } catch (cause) {
        if (cause instanceof PhonesRefused) throw new TRPCError({ code: 'PRECONDITION_FAILED', message: cause.message, cause });
        throw cause;
      }
    }),
    /** The code that is open is good no longer. */
    withdraw: operator.mutation(() => phones.withdraw()),
    revoke: operator.input(z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) })).mutation(({ input }) => {
      if (!phones.revoke(input.id)) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such phone: it has been removed already.' });
    }),
    /** What has changed of these feeds; answered when something has, or after a while. */
    follow: operator
      .input(z.object({ seen }))
      .output(followed)
      .query(({ ctx, input }) => follows.next(ctx.principal.session, ctx.principal.kind === 'phone' ? ctx.principal.way : 'direct', input.seen)),
    /** The phone that asks is removed. */
    leave: operator.mutation(({ ctx }) => {
      if (ctx.principal.kind === 'phone') phones.revoke(ctx.principal.phone);
    }),
  });
