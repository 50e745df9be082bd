import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { PhonesRefused } from '../phones/refused.ts';
import { phoneOffer, phonesView } from '../phones/schema.ts';
import type { PhonesPort } from '../ports.ts';
import { operator, router } from '../trpc.ts';

/** Phones that may speak for the operator. docs/app.md */
export const phonesRouter = (phones: PhonesPort) =>
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
    /** The phone that asks is removed. */
    leave: operator.mutation(({ ctx }) => {
      if (ctx.principal.kind === 'phone') phones.revoke(ctx.principal.phone);
    }),
  });
