import type { InviteRecord, Issued } from '@energymesh/identity';

export interface KeptInvite extends InviteRecord {
  readonly createdAt: number;
  /** The member that made it; undefined: the administrator. */
  readonly by?: string | undefined;
  readonly withdrawnAt?: number | undefined;
}

export interface MemberRecord {
  readonly id: string;
  readonly name: string;
  readonly gateway: boolean;
  /** Ed25519, 32 bytes; null: enrolled before keys were kept, until it renews. */
  readonly publicKey: Uint8Array | null;
  /** How it came in: an invite's hash, or `approval`. */
  readonly invite: string;
  readonly certificateNotAfter: number;
}

/** A node without an invite that asks to be taken in. One per node. */
export interface JoinRequest {
  readonly node: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly state: 'open' | 'approved' | 'refused';
  /** Of a refusal: it is not asked about again. */
  readonly forGood: boolean;
  /** Of an approval: as what it comes in. */
  readonly gateway: boolean;
  readonly askedAt: number;
  /** When the node asked last. */
  readonly heardAt: number;
  /** The member that decided. */
  readonly by?: string | undefined;
  readonly decidedAt?: number | undefined;
}

/** What an authority keeps, as one transaction sees it. */
export interface Records {
  invite(tokenHash: string): Promise<KeptInvite | undefined>;
  /** Of this member, and still good for somebody. */
  openInvitesBy(member: string, now: number): Promise<readonly KeptInvite[]>;
  addInvite(invite: KeptInvite): Promise<void>;
  countUse(tokenHash: string): Promise<void>;
  withdrawInvite(tokenHash: string, at: number): Promise<void>;
  member(id: string): Promise<MemberRecord | undefined>;
  putMember(member: { issued: Issued; publicKey: Uint8Array; name: string; gateway: boolean; invite: string; now: number }): Promise<void>;
  requests(): Promise<readonly JoinRequest[]>;
  putRequest(request: JoinRequest): Promise<void>;
  dropRequest(node: string): Promise<void>;
  /** For the administrator: who did what. */
  event(event: { at: number; kind: string; detail: string }): Promise<void>;
}

/** One transaction at a time; what it wrote is on disk when the promise resolves, and nothing of it when it rejects. */
export interface RecordStore {
  transaction<T>(work: (records: Records) => Promise<T>): Promise<T>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export type RefusalCode =
  | 'invite-unknown'
  | 'invite-used-up'
  | 'invite-expired'
  | 'invite-withdrawn'
  | 'revoked'
  | 'bad-request'
  | 'bad-name'
  | 'not-enrolled'
  | 'join-refused'
  | 'requests-full'
  | 'community-full'
  | 'no-such'
  | 'too-many'
  | 'not-allowed'
  | 'expired'
  | 'device-known'
  | 'bad-signature';

/** Enrolment, renewal or a member's wish refused, with a reason for people. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
