import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { type ApiPorts, LoginRefused } from '../ports.ts';
import { sealKey, sealOpened } from '../rewards-schema.ts';
import { sessions } from '../schema.ts';
import { anybody, loggedIn, operator, router } from '../trpc.ts';

/** OPAQUE's messages are base64url; the longest, a registration record, has 256 letters. */
const opaqueMessage = z.string().regex(/^[\w-]{1,1024}$/);

const codes: Record<LoginRefused['why'], TRPCError['code']> = {
  'already-claimed': 'PRECONDITION_FAILED',
  'not-claimed': 'PRECONDITION_FAILED',
  wrong: 'UNAUTHORIZED',
  malformed: 'BAD_REQUEST',
  'too-many': 'TOO_MANY_REQUESTS',
  'not-fresh': 'FORBIDDEN',
};
function answering<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof LoginRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    throw cause;
  }
}

export const authRouter = ({ auth, clock, seals }: Pick<ApiPorts, 'auth' | 'clock' | 'seals'>) =>
  router({
    loginStart: anybody
      .input(z.object({ identifier: z.enum(['claim', 'operator']), request: opaqueMessage }))
      .output(z.object({ loginId: z.string(), response: z.string() }))
      .mutation(({ ctx, input }) => answering(() => auth.loginStart(ctx.caller, input.identifier, input.request))),
    /** The session's key is what OPAQUE left in the page; it does not travel. */
    loginFinish: anybody
      .input(z.object({ loginId: z.string().max(64), request: opaqueMessage }))
      .output(z.object({ sessionId: z.string() }))
      .mutation(({ ctx, input }) => answering(() => auth.loginFinish(ctx.caller, input.loginId, input.request, ctx.agent))),
    /** A channel for all that this session sends by POST: the page sends its key, gets the node's, and both are at its ends. `api/sealed-bodies.ts` */
    seal: loggedIn
      .input(z.object({ key: sealKey }))
      .output(sealOpened)
      .mutation(({ ctx, input }) => {
        const begun = seals.begin(ctx.principal.session, input.key);
        if (!begun) throw new TRPCError({ code: 'BAD_REQUEST', message: 'key: this is no X25519 key. Load the page again.' });
        return begun;
      }),
    registerStart: loggedIn
      .input(z.object({ request: opaqueMessage }))
      .output(z.object({ response: z.string() }))
      .mutation(({ input }) => answering(() => auth.registerStart(input.request))),
    /** Sets the operator's passphrase. Every session ends, this one too: log in with the passphrase next. */
    registerFinish: loggedIn
      .input(z.object({ record: opaqueMessage }))
      .mutation(({ ctx, input }) => answering(() => auth.registerFinish(input.record, ctx.principal.session))),
    /** Who this session is. */
    session: loggedIn
      .output(z.object({ kind: z.enum(['claimant', 'operator']) }))
      .query(({ ctx }) => ({ kind: ctx.principal.kind === 'claimant' ? 'claimant' : 'operator' })),
    /** Who is logged in, the one used last first. */
    sessions: operator
      .output(sessions)
      .query(({ ctx }) => ({ at: clock.wall(), sessions: auth.sessions().map((one) => ({ ...one, own: one.id === ctx.principal.session })) })),
    /** Ends one session; one that has ended already is no mistake. */
    endSession: operator.input(z.object({ id: z.string().max(64) })).mutation(({ input }) => auth.endSessions([input.id])),
    /** Ends all but this one; says how many. */
    endOthers: operator.output(z.object({ ended: z.number() })).mutation(({ ctx }) => {
      const others = auth.sessions().flatMap(({ id }) => (id === ctx.principal.session ? [] : [id]));
      auth.endSessions(others);
      return { ended: others.length };
    }),
    logout: loggedIn.mutation(({ ctx }) => auth.logout(ctx.principal.session)),
  });
