import { payInTime } from '@energymesh/protocol';
import { ask, type Chain, call, type EventName, type IncentiveEvent, type ProposalView, readIncentiveEvents } from '@energymesh/wallet';
import type { EventPosition, Ledger, LedgerEvent, LedgerHour, LedgerPage, LedgerProposal } from '../reward-ports.ts';
import { orAway } from './away.ts';

/** What concerns everybody; servers take five names at most. */
const common: readonly EventName[] = ['published', 'drawn', 'params', 'registered', 'proposed'];
const pageLimit = 200;
/** "No round trip is known" as the contract writes it. */
const latencyUnknown = 0xffff_ffff;

/** The contract's events and state, as rewards/ reads them. `node` is this node's public key. */
export const ledgerOf = (chain: Chain, node: Uint8Array): Ledger => ({
  read: (stream, from, signal) => orAway(() => read(chain, stream === 'own' ? node : undefined, from, signal)),
  standing: (signal) => orAway(() => ask(chain, call('node', node), signal)),
  params: (epoch, signal) => orAway(() => ask(chain, call('params', epoch), signal)),
  hour: (epoch, signal) => orAway(() => hour(chain, node, epoch, signal)),
  isMember: (key, signal) => orAway(async () => (await ask(chain, call('node', key), signal)) !== undefined),
  earnings: (signal) =>
    orAway(async () => {
      const sums = await ask(chain, call('earnings', node), signal);
      return sums && { proved: sums.proved, gross: sums.gross.toString(), paid: sums.paid.toString(), forfeited: sums.forfeited.toString() };
    }),
  proposal: (id, signal) =>
    orAway(async () => {
      const view = await ask(chain, call('proposal', id), signal);
      return view && proposal(id, view);
    }),
});

async function read(chain: Chain, node: Uint8Array | undefined, from: EventPosition, signal: AbortSignal): Promise<LedgerPage> {
  const page = await readIncentiveEvents(chain, from, { ...(node ? { node } : { names: common }), limit: pageLimit, signal });
  if (page.kind === 'gap') return { kind: 'gap', oldest: page.oldestLedger };
  if (page.kind === 'ahead') return { kind: 'ahead', newest: page.latestLedger };
  const events = page.events.flatMap((event) => eventOf(event, node !== undefined));
  return { kind: 'page', events, next: page.next.cursor, upToDate: page.upToDate, unread: page.unread ?? 0 };
}

function eventOf(event: IncentiveEvent, own: boolean): LedgerEvent[] {
  const place = { id: event.id, ledger: event.ledger, at: event.at * 1000, tx: event.transaction };
  switch (event.name) {
    case 'registered':
      return own ? [{ ...place, name: event.name, payout: event.payout }] : [{ ...place, name: 'member', node: event.node }];
    case 'payout':
      return [{ ...place, name: event.name, payout: event.payout }];
    case 'proved':
      return [{ ...place, name: event.name, epoch: event.epoch, packets: event.packetCount, root: event.merkleRoot, accepted: event.accepted }];
    case 'attested': {
      const { epoch, uptimeBp, earning, packets, bp, shareBp, gross, inTime } = event;
      return [{ ...place, name: event.name, epoch, uptimeBp, ...latency(event.latencyUs), earning, packets, bp, shareBp, gross: gross.toString(), inTime }];
    }
    case 'challenged':
    case 'revealed':
    case 'forfeited':
      return [{ ...place, name: event.name, epoch: event.epoch }];
    case 'paid': {
      const { epoch, packets, bp, shareBp, gross, amount, payout } = event;
      return [{ ...place, name: event.name, epoch, packets, bp, shareBp, gross: gross.toString(), amount: amount.toString(), payout }];
    }
    case 'published':
    case 'drawn':
      return [{ ...place, name: event.name, epoch: event.epoch, value: event.value }];
    case 'params':
      return [{ ...place, name: event.name, from: event.from, params: event.params }];
    case 'voted':
      return [{ ...place, name: event.name, proposal: event.proposal, yes: event.yes }];
    case 'proposed':
      return [{ ...place, name: own ? 'proposed' : 'proposal', proposal: event.proposal }];
    default:
      // What a vote changed is told by itself; who the hub is, by the community's document.
      return [];
  }
}

async function hour(chain: Chain, node: Uint8Array, epoch: number, signal: AbortSignal): Promise<LedgerHour | undefined> {
  const view = await ask(chain, call('proof', node, epoch), signal);
  if (!view) return undefined;
  const { packetCount, merkleRoot, accepted, status, attested, gross, challenged, onProbation } = view;
  return {
    ...{ packets: packetCount, root: merkleRoot, accepted, status, gross: gross.toString() },
    ...(attested && {
      attested: {
        ...{ uptimeBp: attested.uptimeBp, earning: attested.earning, inTime: attested.inTime, onProbation },
        ...latency(attested.latencyUs),
      },
    }),
    ...(challenged !== undefined && { challenged }),
    ...(status === 'paid' && { paid: (await paidOf(chain, epoch, gross, attested?.inTime ?? false, signal)).toString() }),
  };
}

/** What was paid stands in the event only; of what was attested in time it follows from the epoch's account. A late one got its gross, or less. */
async function paidOf(chain: Chain, epoch: number, gross: bigint, inTime: boolean, signal: AbortSignal): Promise<bigint> {
  const { budget, total, latePaid } = await ask(chain, call('epoch', epoch), signal);
  return inTime ? payInTime({ budget, total, latePaid }, gross) : gross;
}

const latency = (latencyUs: number): { latencyUs?: number } => (latencyUs === latencyUnknown ? {} : { latencyUs });

function proposal(id: number, { node, change, ...view }: ProposalView): LedgerProposal {
  const { votingEnds, executableFrom, eligible, needed, yes, no, executed } = view;
  return { id, change, by: node, votingEnds, executableFrom, eligible, needed, yes, no, executed };
}
