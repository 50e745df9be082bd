import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import type { ApiPorts } from '../ports.ts';
import { TokenRefused } from '../tokens.ts';
import { operator, router } from '../trpc.ts';

const codes: Record<TokenRefused['why'], TRPCError['code']> = { 'too-many': 'CONFLICT', 'name-taken': 'CONFLICT', 'no-such': 'NOT_FOUND' };
function answering<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof TokenRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    throw cause;
  }
}

const id = z.string().regex(/^[0-9a-f]{16}$/);

/** Tokens by which programs read this node over REST. docs/api.md */
export const tokensRouter = ({ tokens }: Pick<ApiPorts, 'tokens'>) =>
  router({
    list: operator.output(z.array(z.object({ id, name: z.string(), createdAt: z.number(), lastUsedAt: z.number().optional() }))).query(() => tokens.list()),
    /** `token` is told this once. */
    create: operator
      .input(
        z.object({
          name: z.string().trim().min(1, 'name: say which program it is for').max(40, 'name: 40 characters at most'),
        }),
      )
      .output(z.object({ id, token: z.string() }))
      .mutation(({ input }) => answering(() => tokens.create(input.name))),
    revoke: operator.input(z.object({ id })).mutation(({ input }) => answering(() => tokens.revoke(input.id))),
  });
