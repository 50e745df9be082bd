import { isAudited, seedOf } from '@energymesh/protocol';
import type { IncentiveEvent } from '@energymesh/wallet';
import { eq, sql } from 'drizzle-orm';
import { nodeIdOf } from '../../rewards/node-id.ts';
import { sha256 } from '../../rewards/values.ts';
import type { Session } from '../database.ts';
import { addWhy, type HourRow, hourBy, hoursAcceptedIn, learnHour } from './hours.ts';
import { caughtNode, changedForAll, changePayout, putRewardNode, rewardNodeBy } from './nodes.ts';
import { paramsAt, putParams, putValue, valueAt } from './rule.ts';
import { rewardProposals } from './schema.ts';

/** What the contract told, in the caller's transaction, once each and in its order. What the hub believes about hours comes from here alone. */
export async function learnEvent(session: Session, event: IncentiveEvent, epochSeconds: number): Promise<void> {
  const tx = event.transaction;
  const epochNow = Math.floor(event.at / epochSeconds);
  switch (event.name) {
    case 'registered': {
      const { node: publicKey, payout } = event;
      return putRewardNode(session, { node: nodeIdOf(publicKey), publicKey, payout, registered: epochNow, probationFrom: epochNow });
    }
    case 'payout':
      return changePayout(session, event.node, event.payout, event.nonce);
    case 'proved': {
      const key = hourOf(event);
      const before = await hourBy(session, key);
      const { accepted, packetCount, merkleRoot } = event;
      await learnHour(session, key, { accepted, packets: packetCount, root: merkleRoot, provedTx: tx });
      // Another of the same node stands on the ledger: what it hides is to be shown.
      if (before?.root && before.root !== merkleRoot) {
        await addWhy(session, key, 'another-proof');
        await learnHour(session, key, { suspect: before.suspect ?? 'another-proof' });
      }
      return judgeDraw(session, await hourBy(session, key));
    }
    case 'attested': {
      const { earning, uptimeBp, latencyUs, packets, bp, shareBp, gross, inTime } = event;
      const figures = { earning, uptimeBp, latencyUs, paidPackets: packets, bp, shareBp, gross: gross.toString(), inTime };
      return learnHour(session, hourOf(event), { ...figures, attestedTx: tx });
    }
    case 'published':
    case 'drawn': {
      await putValue(session, { epoch: event.epoch, value: event.value, known: epochNow, drawn: event.name === 'drawn' });
      for (const hour of await hoursAcceptedIn(session, event.epoch - 1)) await judgeDraw(session, hour);
      return;
    }
    case 'challenged': {
      await learnHour(session, hourOf(event), { challenged: epochNow, challengedTx: tx });
      return judgeDraw(session, await hourBy(session, hourOf(event)));
    }
    case 'revealed':
      return learnHour(session, hourOf(event), { revealedTx: tx });
    case 'forfeited': {
      await learnHour(session, hourOf(event), { closed: 'lost', closedTx: tx, gross: event.gross.toString() });
      return caughtNode(session, event.node, epochNow);
    }
    case 'paid': {
      const { packets, bp, shareBp, gross, amount } = event;
      const figures = { paidPackets: packets, bp, shareBp, gross: gross.toString(), amount: amount.toString() };
      return learnHour(session, hourOf(event), { ...figures, closed: 'paid', closedTx: tx });
    }
    case 'proposed': {
      const { proposal: id, change, votingEnds, executableFrom, needed } = event;
      const of = { id, node: nodeIdOf(event.node), change: JSON.stringify(change), votingEnds, executableFrom, needed };
      await session.insert(rewardProposals).values(of).onConflictDoNothing();
      return;
    }
    case 'voted': {
      const vote = event.yes ? { yes: sql`${rewardProposals.yes} + 1` } : { no: sql`${rewardProposals.no} + 1` };
      await session.update(rewardProposals).set(vote).where(eq(rewardProposals.id, event.proposal));
      return;
    }
    case 'executed':
      await session.update(rewardProposals).set({ executed: true, over: true }).where(eq(rewardProposals.id, event.proposal));
      return;
    case 'params':
      await putParams(session, event.from, event.params);
      return changedForAll(session);
    case 'hub':
      // The service asks the contract whose hub it is now and then.
      return;
  }
}

const hourOf = ({ node, epoch }: { readonly node: string; readonly epoch: number }) => ({ node: nodeIdOf(node), epoch });

/** Whether an hour has to be shown, as soon as its value is known: docs/proofs.md §6.3. */
export async function judgeDraw(session: Session, hour: HourRow | undefined): Promise<void> {
  if (!hour || hour.closed !== null || hour.accepted === null || !hour.root || !hour.packets) return;
  const value = await valueAt(session, hour.accepted + 1);
  const node = await rewardNodeBy(session, hour.node);
  if (!value || !node) return;
  const { auditBp, revealEpochs } = await paramsAt(session, hour.epoch);
  const of = { merkleRoot: Buffer.from(hour.root, 'hex'), node: Buffer.from(node.publicKey, 'hex'), epoch: hour.epoch };
  const audited = isAudited(sha256, seedOf(sha256, { chainValue: Buffer.from(value.value, 'hex'), ...of }), auditBp);
  const mustShow = audited || hour.challenged !== null;
  const deadline = Math.max(value.known, hour.challenged ?? 0) + revealEpochs;
  if (mustShow === hour.mustShow && deadline === hour.deadline) return;
  await learnHour(session, hour, { mustShow, deadline });
}
