import { initTRPC, TRPCError } from '@trpc/server';
import { NetworkRefused, PeopleRefused, RewardsRefused, SetupRefused } from '../ports.ts';
import { saidOf, say, withSaid } from '../said.ts';
import { phoneMay } from './phones/may.ts';
import { PhonesRefused } from './phones/refused.ts';
import { LoginRefused, type Principal, type Unauthorised } from './ports.ts';

export interface CallContext {
  readonly principal: Principal;
  /** Address of the caller, for rate limits. */
  readonly caller: string;
  /** What it sends came sealed: `api/sealed-bodies.ts`. not-opened: in a channel that is not there, or changed on its way. */
  readonly seal: 'opened' | 'none' | 'not-opened';
  /** As its browser names itself. */
  readonly agent?: string;
}

/** Travels as `error.data.reason`, for the page to choose its words by. */
export type Reason =
  | Unauthorised
  | LoginRefused['why']
  | NetworkRefused['why']
  | PeopleRefused['why']
  | RewardsRefused['why']
  | SetupRefused['why']
  | PhonesRefused['why']
  | 'claim-only'
  | Unsealed
  | 'not-by-phone';

type Unsealed = 'unsealed' | 'seal-not-opened';

class Denied extends Error {
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

const t = initTRPC.context<CallContext>().create({
  // Subscriptions are on WebSocket, which is bounded there.
  sse: { enabled: false },
  errorFormatter({ shape, error }) {
    const { cause } = error;
    const reason: Reason | undefined =
      cause instanceof LoginRefused ||
      cause instanceof NetworkRefused ||
      cause instanceof PeopleRefused ||
      cause instanceof RewardsRefused ||
      cause instanceof SetupRefused ||
      cause instanceof PhonesRefused
        ? cause.why
        : cause instanceof Denied
          ? cause.reason
          : undefined;
    // By field, with what to write instead.
    const fields = cause instanceof NetworkRefused || cause instanceof SetupRefused ? cause.problems : [];
    const problems = fields.length > 0 ? fields.map(withSaid) : undefined;
    const retryAfterMs = cause instanceof LoginRefused ? cause.retryAfterMs : undefined;
    const { code, httpStatus, path } = shape.data;
    // Never a stack, and of an error of ours no text: the log has it.
    const message = error.code === 'INTERNAL_SERVER_ERROR' ? say('node.failed') : shape.message;
    const said = saidOf(message);
    return { ...shape, message, data: { code, httpStatus, path, reason, said, retryAfterMs, problems } };
  },
});

export const router = t.router;
export const anybody = t.procedure;

const words: Record<Unauthorised, string> = {
  'not-logged-in': say('login.first'),
  malformed: 'The authorization header is malformed: expected "EnergyMesh <session> <counter> <mac>".',
  'unknown-session': 'This session has ended (idle for 30 days, logged out, or the passphrase was changed). Log in again.',
  'bad-mac': 'The request was not signed with the key of this session. Log in again.',
  replayed: 'A request with this counter was already answered. Send it again with a new counter.',
};

const sealWords: Record<Unsealed, string> = {
  unsealed: 'What a session asks to be done comes sealed, so that nobody on the network reads it: open a channel with auth.seal first. A page: load it again.',
  'seal-not-opened':
    'What came sealed could not be opened: its channel is not there any more, or it was changed on its way. Nothing was done. Load the page again.',
};

/** Has proved the claim code or the passphrase, or is a phone that the operator paired, where a phone may. */
export const loggedIn = t.procedure.use(({ ctx, next, path, type }) => {
  const { principal } = ctx;
  if (principal.kind === 'anonymous') throw new TRPCError({ code: 'UNAUTHORIZED', message: words[principal.why], cause: new Denied(principal.why) });
  if (principal.kind === 'phone' && !phoneMay(path)) {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: say('login.not-by-phone'),
      cause: new Denied('not-by-phone'),
    });
  }
  if (type === 'mutation' && ctx.seal !== 'opened' && path !== 'auth.seal') {
    const why = ctx.seal === 'none' ? 'unsealed' : 'seal-not-opened';
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: sealWords[why], cause: new Denied(why) });
  }
  return next({ ctx: { ...ctx, principal } });
});

/** Has proved the passphrase, or is such a phone. */
export const operator = loggedIn.use(({ ctx, next }) => {
  const { principal } = ctx;
  if (principal.kind === 'claimant') {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: 'The claim code only sets the passphrase. Set it, then log in with it.',
      cause: new Denied('claim-only'),
    });
  }
  return next({ ctx: { ...ctx, principal } });
});
