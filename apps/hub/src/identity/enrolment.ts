import {
  type CommunityAuthority,
  createInvite,
  type InviteRole,
  judgeInvite,
  nodeIdOf,
  normalName,
  type Requests,
  requesterOf,
  tokenHashOf,
} from '@energymesh/identity';
import type { Clock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { addEvent, addInvite, countUse, inviteBy, type NodeRecord, nodeBy, putNode } from '../store/members.ts';
import type { Community } from './community.ts';
import type { Members } from './members.ts';

export type RefusalCode = 'invite-unknown' | 'invite-used-up' | 'invite-expired' | 'revoked' | 'bad-request' | 'bad-name' | 'not-enrolled';

/** Enrolment or renewal refused, with a reason for people. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Enrolled {
  readonly node: string;
  readonly name: string;
  readonly gateway: boolean;
  /** Leaf and issuing certificate. */
  readonly chainPem: string;
  /** Of its device door, under the device root. */
  readonly doorPem: string;
}

const inviteRefusals = {
  unknown: ['invite-unknown', 'this hub knows no such invite: check that the whole text was copied, or ask the administrator for a new one'],
  'used-up': ['invite-used-up', 'this invite has been used up: ask the administrator for a new one'],
  expired: ['invite-expired', 'this invite has expired: ask the administrator for a new one'],
} as const;

/** Invites, enrolment and renewal of nodes. */
export class Enrolment {
  readonly #authority: CommunityAuthority;
  readonly #db: Database;
  readonly #community: Community;
  readonly #members: Members;
  readonly #clock: Clock;

  constructor(options: { authority: CommunityAuthority; db: Database; community: Community; members: Members; clock: Clock }) {
    this.#authority = options.authority;
    this.#db = options.db;
    this.#community = options.community;
    this.#members = options.members;
    this.#clock = options.clock;
  }

  async invite(options: { hubs: readonly string[]; role: InviteRole; uses: number; lifetimeMs: number }) {
    const now = this.#clock.now();
    const { id, name, rootPin } = this.#authority;
    const { hubs, role, uses: usesMax } = options;
    const made = createInvite({ community: { id, name }, hubs, rootPin, role, usesMax, expiresAt: now + options.lifetimeMs });
    await this.#db.transaction(async (session) => {
      await addInvite(session, made.record, now);
      await addEvent(session, { at: now, kind: 'invite-made', detail: `${role}, ${usesMax} uses` });
    });
    return { invite: made.invite, text: made.text };
  }

  /** Issues a node's first certificate. A node that asks again with the same invite and key (its answer was lost) is no second use. Throws EnrolmentRefused. */
  async enrol(request: { token: string; requests: Requests; name: string }): Promise<Enrolled> {
    const name = normalName(request.name);
    if (name === undefined) throw new EnrolmentRefused('bad-name', 'name: 1 to 48 letters, digits, spaces, . _ or - are allowed');
    const publicKey = await this.#keyOf(request.requests);
    const node = nodeIdOf(publicKey);
    const tokenHash = tokenHashOf(request.token);
    const now = this.#clock.now();
    const enrolled = await this.#db.transaction(async (session) => {
      const [record, known] = [await inviteBy(session, tokenHash), await nodeBy(session, node)];
      const verdict = judgeInvite(record, request.token, now);
      const again = known?.invite === tokenHash && verdict === 'used-up';
      if (!record || (verdict !== 'valid' && !again)) {
        const [code, message] = inviteRefusals[verdict === 'valid' ? 'unknown' : verdict];
        throw new EnrolmentRefused(code, message);
      }
      const gateway = record.role === 'gateway';
      const enrolled = await this.#issue({ node, requests: request.requests, name, gateway });
      await putNode(session, { issued: enrolled.issued, publicKey, name, gateway, invite: tokenHash, now });
      if (known?.invite !== tokenHash) await countUse(session, tokenHash);
      await addEvent(session, { at: now, kind: 'node-enrolled', detail: `${node} ${name}${gateway ? ' (gateway)' : ''}` });
      return enrolled;
    });
    this.#members.add(node);
    return enrolled;
  }

  /** A new certificate for a node enrolled before, with its name and roles; the request's own signature proves the key. Throws EnrolmentRefused. */
  async renew(requests: Requests): Promise<Enrolled> {
    const publicKey = await this.#keyOf(requests);
    const node = nodeIdOf(publicKey);
    const now = this.#clock.now();
    return this.#db.transaction(async (session) => {
      const known: NodeRecord | undefined = await nodeBy(session, node);
      if (!known) throw new EnrolmentRefused('not-enrolled', `node ${node} was never enrolled here`);
      const enrolled = await this.#issue({ node, requests, name: known.name, gateway: known.gateway });
      await putNode(session, { issued: enrolled.issued, publicKey, name: known.name, gateway: known.gateway, invite: known.invite, now });
      return enrolled;
    });
  }

  async #keyOf(requests: Requests): Promise<Uint8Array> {
    const raw = await requesterOf(requests);
    const message = 'csr, doorCsr: not certificate requests of an Ed25519 and a P-256 key, or a signature does not hold, or the first does not name the second';
    if (!raw) throw new EnrolmentRefused('bad-request', message);
    return raw;
  }

  async #issue(what: { node: string; requests: Requests; name: string; gateway: boolean }) {
    const { node, requests, name, gateway } = what;
    if (this.#community.isRevoked(node, '')) throw new EnrolmentRefused('revoked', `node ${node} has been revoked from this community`);
    const now = this.#clock.now();
    const issued = await this.#authority.issueNode({ csrPem: requests.csr, name, roles: { relay: true, gateway }, now });
    const door = await this.#authority.issueDoor({ csrPem: requests.doorCsr, node, name, now });
    return { node, name, gateway, chainPem: issued.chainPem, doorPem: door.pem, issued };
  }
}
