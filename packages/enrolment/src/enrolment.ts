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
import { type Clock, EnrolmentRefused, type KeptInvite, type RecordStore, type Records } from './records.ts';

export interface Enrolled {
  readonly node: string;
  readonly name: string;
  readonly gateway: boolean;
  /** Leaf and issuing certificate. */
  readonly chainPem: string;
  /** Of its device door, under the device root. */
  readonly doorPem: string;
}

export interface EnrolmentOptions {
  readonly authority: CommunityAuthority;
  readonly store: RecordStore;
  readonly isRevoked: (node: string) => boolean;
  /** After a node came in. */
  readonly admitted: (node: string) => void;
  readonly clock: Clock;
}

const inviteRefusals = {
  unknown: ['invite-unknown', 'this hub knows no such invite: check that the whole text was copied, or ask for a new one'],
  'used-up': ['invite-used-up', 'this invite has been used up: ask for a new one'],
  expired: ['invite-expired', 'this invite has expired: ask for a new one'],
  withdrawn: ['invite-withdrawn', 'this invite was withdrawn by who made it: ask for a new one'],
} as const;

/** Who asks, and as what, once the signatures in its requests hold. */
export interface Asker {
  readonly node: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly requests: Requests;
}

/** Invites, enrolment and renewal of nodes. */
export class Enrolment {
  readonly #o: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.#o = options;
  }

  /** `by` undefined: the administrator's. `check` runs in the transaction that adds it. */
  async invite(options: {
    hubs: readonly string[];
    role: InviteRole;
    uses: number;
    lifetimeMs: number;
    by?: string | undefined;
    check?: (records: Records, now: number) => Promise<void>;
  }) {
    const { authority, clock, store } = this.#o;
    const now = clock.now();
    const { id, name, rootPin } = authority;
    const { hubs, role, uses: usesMax, by } = options;
    const made = createInvite({ community: { id, name }, hubs, rootPin, role, usesMax, expiresAt: now + options.lifetimeMs });
    const kept: KeptInvite = { ...made.record, createdAt: now, by };
    await store.transaction(async (records) => {
      await options.check?.(records, now);
      await records.addInvite(kept);
      await records.event({ at: now, kind: 'invite-made', detail: `${role}, ${usesMax} uses${by === undefined ? '' : ` by ${by}`}` });
    });
    return { invite: made.invite, text: made.text, kept };
  }

  /** Issues a node's first certificate. A node that asks again with the same invite and key (its answer was lost) is no second use. Throws EnrolmentRefused. */
  async enrol(request: { token: string; requests: Requests; name: string }): Promise<Enrolled> {
    const asker = await this.asker(request.requests, request.name);
    const tokenHash = tokenHashOf(request.token);
    const now = this.#o.clock.now();
    const enrolled = await this.#o.store.transaction(async (records) => {
      const [invite, known] = [await records.invite(tokenHash), await records.member(asker.node)];
      const verdict = judgeInvite(invite, request.token, now);
      const again = known?.invite === tokenHash && verdict === 'used-up';
      if (!invite || (verdict !== 'valid' && !again)) throw refusalOf(verdict === 'valid' ? 'unknown' : verdict);
      if (invite.withdrawnAt !== undefined && known?.invite !== tokenHash) throw refusalOf('withdrawn');
      if (known?.invite !== tokenHash) await records.countUse(tokenHash);
      return this.admit(records, asker, { gateway: invite.role === 'gateway', invite: tokenHash, by: invite.by });
    });
    this.#o.admitted(asker.node);
    return enrolled;
  }

  /** A new certificate for a node enrolled before, with its name and roles; the request's own signature proves the key. Throws EnrolmentRefused. */
  async renew(requests: Requests): Promise<Enrolled> {
    const publicKey = await this.#keyOf(requests);
    const node = nodeIdOf(publicKey);
    const now = this.#o.clock.now();
    return this.#o.store.transaction(async (records) => {
      const known = await records.member(node);
      if (!known) throw new EnrolmentRefused('not-enrolled', `node ${node} was never enrolled here`);
      const { issued, ...enrolled } = await this.#issue({ node, requests, name: known.name, gateway: known.gateway });
      await records.putMember({ issued, publicKey, name: known.name, gateway: known.gateway, invite: known.invite, now });
      return enrolled;
    });
  }

  /** Throws EnrolmentRefused: a name that is none, or a signature that does not hold. */
  async asker(requests: Requests, called: string): Promise<Asker> {
    const name = normalName(called);
    if (name === undefined) throw new EnrolmentRefused('bad-name', 'name: 1 to 48 letters, digits, spaces, . _ or - are allowed');
    const publicKey = await this.#keyOf(requests);
    return { node: nodeIdOf(publicKey), publicKey, name, requests };
  }

  /** In the caller's transaction. */
  async admit(records: Records, asker: Asker, how: { gateway: boolean; invite: string; by?: string | undefined }): Promise<Enrolled> {
    const { node, publicKey, name, requests } = asker;
    const { gateway, invite, by } = how;
    const now = this.#o.clock.now();
    const { issued, ...enrolled } = await this.#issue({ node, requests, name, gateway });
    await records.putMember({ issued, publicKey, name, gateway, invite, now });
    const detail = `${node} ${name}${gateway ? ' (gateway)' : ''}${by === undefined ? '' : `, let in by ${by}`}`;
    await records.event({ at: now, kind: 'node-enrolled', detail });
    return enrolled;
  }

  async #keyOf(requests: Requests): Promise<Uint8Array> {
    const raw = await requesterOf(requests);
    const message = 'csr, doorCsr: not certificate requests of an Ed25519 and a P-256 key, or a signature does not hold, or the first does not name the second';
    if (!raw) throw new EnrolmentRefused('bad-request', message);
    return raw;
  }

  async #issue(what: { node: string; requests: Requests; name: string; gateway: boolean }) {
    const { node, requests, name, gateway } = what;
    const { authority, clock, isRevoked } = this.#o;
    if (isRevoked(node)) throw new EnrolmentRefused('revoked', `node ${node} has been revoked from this community`);
    const now = clock.now();
    const issued = await authority.issueNode({ csrPem: requests.csr, name, roles: { relay: true, gateway }, now });
    const door = await authority.issueDoor({ csrPem: requests.doorCsr, node, name, now });
    return { node, name, gateway, chainPem: issued.chainPem, doorPem: door.pem, issued };
  }
}

function refusalOf(verdict: keyof typeof inviteRefusals): EnrolmentRefused {
  const [code, message] = inviteRefusals[verdict];
  return new EnrolmentRefused(code, message);
}
