import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { NetworkRefused } from '../../ports.ts';
import { withSaid } from '../../said.ts';
import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import { network, networkChoices, networkProblems, radio } from '../schema.ts';
import { operator, router } from '../trpc.ts';

export const radioRouter = (ports: Pick<ApiPorts, 'radio' | 'clock'>) =>
  router({
    get: operator.output(radio).query(() => ports.radio.current()),
    live: operator.subscription(({ signal }) => live(ports.radio, { clock: ports.clock, gapMsMin: 1000, restMsMax: 10_000, signal })),
  });

const codes: Record<NetworkRefused['why'], TRPCError['code']> = {
  invalid: 'BAD_REQUEST',
  'too-long': 'BAD_REQUEST',
  'no-helper': 'PRECONDITION_FAILED',
  busy: 'CONFLICT',
  'nothing-waits': 'CONFLICT',
};
function answering<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof NetworkRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    throw cause;
  }
}

const change = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/) });

/** A change goes to the privileged helper, which decides; what became of it is in `status`, by the id. docs/network.md */
export const networkRouter = (ports: Pick<ApiPorts, 'network' | 'changes' | 'clock'>) =>
  router({
    status: operator.output(network).query(() => ports.network.current()),
    /** Every second: a change that waits counts down. */
    live: operator.subscription(({ signal }) => live(ports.network, { clock: ports.clock, gapMsMin: 500, restMsMax: 1000, signal })),
    /** Countries, and the channels that are open to a mesh and an access point in one of them. */
    choices: operator
      .input(z.object({ country: z.string().max(2) }))
      .output(networkChoices)
      .query(({ input }) => ports.changes.choices(input.country)),
    /** What `propose` would refuse, by field; nothing is changed. */
    check: operator
      .input(z.object({ state: z.record(z.string(), z.unknown()) }))
      .output(networkProblems)
      // A mutation, since passphrases do not belong into an address.
      .mutation(({ input }) => ({ problems: ports.changes.check(input.state).map(withSaid) })),
    /** A passphrase that is left out is kept, if the network's name stays. What is wrong comes as `problems`, by field. */
    propose: operator
      .input(z.object({ state: z.record(z.string(), z.unknown()), confirmWithinSeconds: z.int().min(30).max(600).default(120) }))
      .output(change)
      .mutation(({ input }) => answering(() => ({ id: ports.changes.propose(input.state, input.confirmWithinSeconds) }))),
    confirm: operator.input(change).mutation(({ input }) => answering(() => ports.changes.confirm(input.id))),
    revert: operator.input(change).mutation(({ input }) => answering(() => ports.changes.revert(input.id))),
  });
