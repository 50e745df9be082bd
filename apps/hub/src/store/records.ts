import type { JoinRequest, RecordStore } from '@energymesh/enrolment';
import { eq } from 'drizzle-orm';
import type { Database, Session } from './database.ts';
import { addEvent, addInvite, countUse, inviteBy, nodeBy, openInvitesBy, putNode, withdrawInvite } from './members.ts';
import { joinRequests } from './schema.ts';

/** What enrolment keeps, in the hub's database. The engine runs one transaction at a time. */
export const recordStore = (db: Database): RecordStore => ({
  transaction: (work) => db.transaction((session) => work(recordsOf(session))),
});

const recordsOf = (session: Session): Parameters<Parameters<RecordStore['transaction']>[0]>[0] => ({
  invite: (tokenHash) => inviteBy(session, tokenHash),
  openInvitesBy: (member, now) => openInvitesBy(session, member, now),
  addInvite: (invite) => addInvite(session, invite),
  countUse: (tokenHash) => countUse(session, tokenHash),
  withdrawInvite: (tokenHash, at) => withdrawInvite(session, tokenHash, at),
  member: (id) => nodeBy(session, id),
  putMember: (member) => putNode(session, member),
  requests: async () =>
    (await session.select().from(joinRequests)).map(
      ({ by, decidedAt, state, ...row }): JoinRequest => ({
        ...row,
        state: state as JoinRequest['state'],
        ...(by !== null && { by }),
        ...(decidedAt !== null && { decidedAt }),
      }),
    ),
  putRequest: async ({ node, ...request }) => {
    const row = { ...request, by: request.by ?? null, decidedAt: request.decidedAt ?? null };
    await session
      .insert(joinRequests)
      .values({ node, ...row })
      .onConflictDoUpdate({ target: joinRequests.node, set: row });
  },
  dropRequest: async (node) => void (await session.delete(joinRequests).where(eq(joinRequests.node, node))),
  event: (event) => addEvent(session, event),
});
