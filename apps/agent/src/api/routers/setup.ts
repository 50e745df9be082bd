import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { NetworkRefused, SetupRefused } from '../../ports.ts';
import type { SetupPort } from '../ports.ts';
import * as s from '../setup-schema.ts';
import { operator, router } from '../trpc.ts';

const codes: Record<SetupRefused['why'], TRPCError['code']> = {
  'not-now': 'CONFLICT',
  invalid: 'BAD_REQUEST',
  'not-fresh': 'FORBIDDEN',
  'not-confirmed': 'BAD_REQUEST',
};
function answering<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof SetupRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    if (cause instanceof NetworkRefused) throw new TRPCError({ code: 'CONFLICT', message: cause.message, cause });
    throw cause;
  }
}

/** The wizard. Each step answers with where one is then; what cannot be done at this step is refused as `not-now`. docs/setup.md */
export const setupRouter = (setup: SetupPort) => {
  const then = (run: () => void) =>
    answering(() => {
      run();
      return setup.view();
    });
  const move = (run: () => void) => operator.output(s.setup).mutation(() => then(run));
  return router({
    get: operator.output(s.setup).query(() => setup.view()),
    /** ISO 3166, as the radios' rules know them. */
    countries: operator.output(z.array(z.string())).query(() => setup.countries()),
    /** Changes nothing. The text of the line, or of the invite's file. */
    checkInvite: operator
      .input(s.inviteInput)
      .output(s.checkedInvite)
      // A mutation, since a secret does not belong into an address.
      .mutation(({ input }) => setup.check(input.text)),
    invite: operator
      .input(s.inviteInput)
      .output(s.setup)
      .mutation(({ input }) => then(() => setup.invite(input.text))),
    /** On the local network; nothing of it is verified. */
    found: operator.output(s.foundCommunities).query(() => setup.found()),
    /** Changes nothing, and tells nobody who asks. */
    lookAt: operator
      .input(s.addressInput)
      .output(s.metCommunity)
      .query(({ input }) => setup.lookAt(input.address)),
    /** Without an invite: a member of the community that answers at this address is to approve. */
    ask: operator
      .input(s.askInput)
      .output(s.setup)
      .mutation(async ({ input }) => {
        try {
          await setup.ask(input);
        } catch (error) {
          answering(() => {
            throw error;
          });
        }
        return setup.view();
      }),
    /** A new community, of which this node is the authority until a hub takes over. */
    create: operator
      .input(s.createInput)
      .output(s.setup)
      .mutation(({ input }) => then(() => setup.create(input.community))),
    /** No invite yet. */
    later: move(() => setup.later()),
    radio: operator
      .input(s.radioInput)
      .output(s.setup)
      .mutation(({ input }) => then(() => setup.radio(input))),
    place: operator
      .input(s.placeInput)
      .output(s.setup)
      .mutation(({ input }) => then(() => setup.place(input))),
    /** Asks for the change of the network. It goes back by itself unless `network.confirm({id})` comes in time. */
    change: operator.output(z.object({ id: z.string() })).mutation(() => answering(() => setup.apply())),
    /** On with the network as it is. */
    keepNetwork: move(() => setup.keepNetwork()),
    /** On without the hub's answer. */
    goOn: move(() => setup.goOn()),
    /** The wallet is backed up another time. */
    postpone: move(() => setup.postpone()),
    back: move(() => setup.back()),
    /** When the setup is done and this node is linked. Whoever stands on the access point loses the page. */
    closeAccessPoint: move(() => setup.closeAccessPoint()),
    losses: operator.output(s.losses).query(() => setup.losses()),
    /** Wipes this node. Only from a session whose passphrase was given within the last two minutes: log in anew first. */
    reset: operator.input(s.resetInput).mutation(({ ctx, input }) => answering(() => setup.reset({ ...input, session: ctx.principal.session }))),
  });
};
