import { TRPCError } from '@trpc/server';
import * as z from 'zod';
import { RewardsRefused } from '../../ports.ts';
import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import * as s from '../rewards-schema.ts';
import { operator, router } from '../trpc.ts';

const codes: Record<RewardsRefused['why'], TRPCError['code']> = {
  off: 'PRECONDITION_FAILED',
  'no-wallet': 'PRECONDITION_FAILED',
  wallet: 'CONFLICT',
  'bad-phrase': 'BAD_REQUEST',
  'bad-input': 'BAD_REQUEST',
  unreachable: 'PRECONDITION_FAILED',
  'not-registered': 'PRECONDITION_FAILED',
  'no-such': 'NOT_FOUND',
  'too-many': 'TOO_MANY_REQUESTS',
  'no-seal': 'BAD_REQUEST',
};
async function answering<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof RewardsRefused) throw new TRPCError({ code: codes[cause.why], message: cause.message, cause });
    throw cause;
  }
}

const epoch = z.int().min(0).max(0xffff_ffff);
const instant = z.number().min(0).max(8.64e15);
const address = z.string().trim().min(1).max(120);
const done = z.object({ id: z.string() });

type Ports = Pick<ApiPorts, 'rewards' | 'wallet' | 'governance' | 'seals' | 'clock'>;

/** What this node earned, hour by hour, and what to do about it. docs/earnings.md */
export const rewardsRouter = (ports: Ports) =>
  router({
    earnings: operator.output(s.earnings).query(() => ports.rewards.earnings.current()),
    live: operator.subscription(({ signal }) => live(ports.rewards.earnings, { clock: ports.clock, gapMsMin: 1000, restMsMax: 10_000, settleMs: 100, signal })),
    /** Buckets from `from` on; of the node's time zone when by day. */
    series: operator
      .input(z.object({ by: z.enum(['hour', 'day']), from: instant, buckets: z.int().min(1).max(800) }))
      .output(s.series)
      .query(({ input }) => ports.rewards.series(input)),
    /** Newest first; `before` is an epoch. */
    hours: operator
      .input(z.object({ limit: z.int().min(1).max(200).default(50), before: epoch.optional() }).default({ limit: 50 }))
      .output(s.hours)
      .query(({ input }) => ports.rewards.hours(input)),
    hour: operator
      .input(z.object({ epoch }))
      .output(s.rewardHour)
      .query(({ input }) => answering(() => ports.rewards.hour(input.epoch))),
    /** One line per hour, times in UTC, amounts in XLM and stroops. */
    csv: operator
      .input(z.object({ from: instant, to: instant }))
      .output(s.csv)
      .query(({ input }) => ports.rewards.csv(input)),
    errands: operator.output(s.errands).query(() => ports.rewards.errands()),
    /** Now, in place of at its time: all that can be claimed. */
    claim: operator.output(z.object({ hours: z.number() })).mutation(() => answering(() => ports.rewards.claim())),
    /** To the people behind the hub, about an hour that was refused or lost. */
    appeal: operator
      .input(z.object({ epoch, text: z.string().trim().min(1).max(500) }))
      .output(done)
      .mutation(({ input }) => answering(() => ports.rewards.appeal(input.epoch, input.text))),
    wallet: walletRouter(ports),
    governance: governanceRouter(ports),
  });

const walletRouter = ({ wallet, seals, clock }: Ports) => {
  /** What a page sealed for this node. */
  const opened = (session: string, { channel, box }: z.infer<typeof s.sealedBox>): string => {
    const text = seals.of(session, channel)?.open(box);
    if (text === undefined) throw new RewardsRefused('no-seal', 'The sealed channel is not there any more. Open the page again and repeat this.');
    return text;
  };
  const words = z.array(z.string().max(20)).min(1).max(24);
  const listed = (text: string): string[] => {
    const parsed = words.safeParse(text.trim().split(/\s+/));
    if (!parsed.success) throw new RewardsRefused('bad-phrase', 'Expected words with blanks between them.');
    return parsed.data;
  };
  return router({
    state: operator.output(s.walletState).query(() => wallet.state.current()),
    live: operator.subscription(({ signal }) => live(wallet.state, { clock, gapMsMin: 1000, restMsMax: 10_000, settleMs: 100, signal })),
    /** A channel for a phrase: the page sends its key, gets the node's, and both are at its ends. `api/sealed.ts` */
    seal: operator
      .input(z.object({ key: s.sealKey }))
      .output(s.sealOpened)
      .mutation(({ ctx, input }) =>
        answering(() => {
          const begun = seals.begin(ctx.principal.session, input.key);
          if (!begun) throw new RewardsRefused('no-seal', 'This key is none.');
          return begun;
        }),
      ),
    create: operator.output(s.walletState).mutation(() => answering(() => wallet.create())),
    /** The words, sealed, with blanks between them. To one session only, until they are confirmed. */
    phrase: operator
      .input(z.object({ channel: s.sealedBox.shape.channel }))
      .output(z.object({ box: z.string() }))
      .mutation(({ ctx, input }) =>
        answering(async () => {
          const channel = seals.of(ctx.principal.session, input.channel);
          if (!channel) throw new RewardsRefused('no-seal', 'The sealed channel is not there any more. Open the page again and repeat this.');
          return { box: channel.seal((await wallet.phrase(ctx.principal.session)).join(' ')) };
        }),
      ),
    /** The asked words in order, sealed. false: one of them is another. */
    confirm: operator
      .input(s.sealedBox)
      .output(z.object({ confirmed: z.boolean() }))
      .mutation(({ ctx, input }) => answering(async () => ({ confirmed: await wallet.confirm(listed(opened(ctx.principal.session, input))) }))),
    /** The whole phrase, sealed. Over a wallet that is there only when `abandon` names its address. */
    restore: operator
      .input(s.sealedBox.extend({ abandon: address.optional() }))
      .output(s.walletState)
      .mutation(({ ctx, input }) => answering(() => wallet.restore(opened(ctx.principal.session, input), input.abandon))),
    /** Another wallet in place of one whose phrase was never confirmed. */
    startOver: operator
      .input(z.object({ abandon: address }))
      .output(s.walletState)
      .mutation(({ input }) => answering(() => wallet.startOver(input.abandon))),
    /** Asks the ledger again. */
    refresh: operator.output(s.walletState).mutation(() => answering(() => wallet.refresh())),
    history: operator.output(s.movements).query(() => wallet.history()),
    /** SEP-7; `amount` in XLM as people write it. */
    receive: operator
      .input(z.object({ amount: z.string().max(40).optional(), memo: s.memo.optional() }).default({}))
      .output(z.object({ address: z.string(), link: z.string() }))
      .query(({ input }) => answering(() => wallet.receive(input))),
    /** `amount` in XLM as people write it, or "all". Everything that can be wrong is found here; nothing is sent. */
    prepareWithdraw: operator
      .input(z.object({ to: address, amount: z.string().min(1).max(40), memo: s.memo.optional(), create: z.boolean().optional() }))
      .output(s.withdrawPlan)
      .mutation(({ input }) => answering(() => wallet.prepareWithdraw(input))),
    /** Sends what was prepared and shown, once. */
    withdraw: operator
      .input(z.object({ id: z.string().max(64) }))
      .output(s.withdrawal)
      .mutation(({ input }) => answering(() => wallet.withdraw(input.id))),
    withdrawals: operator.output(s.withdrawals).query(() => wallet.withdrawals()),
    /** Where rewards go: "own" is this wallet. Judged first; nothing changes when it is refused. */
    setPayout: operator
      .input(z.object({ address }))
      .output(s.payoutAnswer)
      .mutation(({ input }) => answering(() => wallet.setPayout(input.address))),
    /** Asks the hub to make this wallet's account on the ledger. */
    sponsor: operator.output(done).mutation(() => answering(() => wallet.sponsor())),
  });
};

const governanceRouter = ({ governance }: Ports) =>
  router({
    rules: operator.output(s.rules).query(() => governance.rules()),
    proposals: operator.output(s.proposals).query(() => governance.proposals()),
    /** Parameters that are to change; the others stay as they are now. */
    propose: operator
      .input(z.object({ params: z.record(z.string().max(40), z.number()) }))
      .output(done)
      .mutation(({ input }) => answering(() => governance.propose(input.params))),
    vote: operator
      .input(z.object({ proposal: epoch, yes: z.boolean() }))
      .output(done)
      .mutation(({ input }) => answering(() => governance.vote(input.proposal, input.yes))),
  });
