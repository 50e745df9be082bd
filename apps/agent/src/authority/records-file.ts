import { EnrolmentRefused, type JoinRequest, type KeptInvite, type MemberRecord, type RecordStore, type Records } from '@energymesh/enrolment';
import { deviceRoles } from '@energymesh/identity';
import * as z from 'zod';

/** A community that is bigger has a hub. */
export const membersMax = 256;
/** The oldest goes at the bound; of one member no more than ten are open. */
const invitesMax = 4000;
const eventsMax = 500;

const id = z.string().regex(/^[0-9a-f]{16}$/);
const kept = z.object({
  version: z.literal(1),
  members: z.array(
    z.object({
      id,
      name: z.string(),
      gateway: z.boolean(),
      publicKey: z.base64(),
      invite: z.string(),
      enrolledAt: z.number(),
      certificateSerial: z.string(),
      certificateNotAfter: z.number(),
    }),
  ),
  invites: z.array(
    z.object({
      tokenHash: z.string(),
      role: z.enum(['relay', 'gateway']),
      usesMax: z.number(),
      uses: z.number(),
      createdAt: z.number(),
      expiresAt: z.number(),
      by: z.string().optional(),
      withdrawnAt: z.number().optional(),
    }),
  ),
  requests: z.array(
    z.object({
      node: id,
      publicKey: z.base64(),
      name: z.string(),
      state: z.enum(['open', 'approved', 'refused']),
      forGood: z.boolean(),
      gateway: z.boolean(),
      askedAt: z.number(),
      heardAt: z.number(),
      by: z.string().optional(),
      decidedAt: z.number().optional(),
    }),
  ),
  events: z.array(z.object({ at: z.number(), kind: z.string(), detail: z.string() })),
  /** As many as the community document has room for. */
  devices: z.array(
    z.object({ id: z.string(), role: z.enum(deviceRoles), salt: z.string(), verifier: z.string(), addedAt: z.number(), by: z.string().optional() }),
  ),
  /** Members that were put out, at most all of them. */
  revoked: z.array(z.object({ node: id, at: z.number() })),
  /** The newest community document, signed: what it tells is in the same file, so both change together. Its number is 0 until the first is made. */
  document: z.object({ number: z.number(), beaconEpoch: z.number(), bytes: z.base64() }),
});
export type KeptRecords = z.output<typeof kept>;

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const text = (key: Uint8Array): string => Buffer.from(key).toString('base64');

/**
 * What the authority of a small community keeps, as one file that is replaced with each change: a few hundred members are a few dozen kilobytes, and changes are
 * rare. A transaction works on a copy, which becomes the state when it is on disk.
 */
export class RecordsFile implements RecordStore {
  readonly #write: (text: string) => void;
  #now: KeptRecords;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(now: KeptRecords, write: (text: string) => void) {
    this.#now = now;
    this.#write = write;
  }

  /** `write` puts the file in place durably before it returns. Throws ZodError or SyntaxError when the text is not what was written. */
  static open(written: string | undefined, write: (text: string) => void): RecordsFile {
    const document = { number: 0, beaconEpoch: 0, bytes: '' };
    const empty: KeptRecords = { version: 1, members: [], invites: [], requests: [], events: [], devices: [], revoked: [], document };
    return new RecordsFile(written === undefined ? empty : kept.parse(JSON.parse(written)), write);
  }

  get now(): Readonly<KeptRecords> {
    return this.#now;
  }

  transaction<T>(work: (records: Records) => Promise<T>): Promise<T> {
    return this.change((draft) => work(recordsOf(draft)));
  }

  /** As a transaction, over the rows themselves. */
  change<T>(work: (draft: KeptRecords) => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      const draft = structuredClone(this.#now);
      const result = await work(draft);
      const after = JSON.stringify(draft);
      if (after !== JSON.stringify(this.#now)) this.#write(after);
      this.#now = draft;
      return result;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function recordsOf(draft: KeptRecords): Records {
  const invite = (tokenHash: string) => draft.invites.find((one) => one.tokenHash === tokenHash);
  return {
    invite: async (tokenHash) => invite(tokenHash) as KeptInvite | undefined,
    openInvitesBy: async (member, now) =>
      draft.invites.filter((one) => one.by === member && one.withdrawnAt === undefined && one.uses < one.usesMax && one.expiresAt >= now),
    addInvite: async (added) => {
      draft.invites.push(added);
      draft.invites.splice(0, Math.max(0, draft.invites.length - invitesMax));
    },
    countUse: async (tokenHash) => {
      const found = invite(tokenHash);
      if (found) found.uses++;
    },
    withdrawInvite: async (tokenHash, at) => {
      const found = invite(tokenHash);
      if (found) found.withdrawnAt = at;
    },
    member: async (wanted): Promise<MemberRecord | undefined> => {
      const found = draft.members.find((one) => one.id === wanted);
      return found && { ...found, publicKey: bytes(found.publicKey) };
    },
    putMember: async ({ issued, publicKey, name, gateway, invite: by, now }) => {
      const row = {
        id: issued.node,
        name,
        gateway,
        publicKey: text(publicKey),
        invite: by,
        certificateSerial: issued.serial,
        certificateNotAfter: issued.notAfter,
      };
      const known = draft.members.find((one) => one.id === issued.node);
      if (known) return void Object.assign(known, row);
      if (draft.members.length >= membersMax)
        throw new EnrolmentRefused('community-full', `this community has ${membersMax} nodes, as many as one without a hub can have`);
      draft.members.push({ ...row, enrolledAt: now });
    },
    requests: async () => draft.requests.map((one): JoinRequest => ({ ...one, publicKey: bytes(one.publicKey) })),
    putRequest: async (request) => {
      const row = { ...request, publicKey: text(request.publicKey) };
      const at = draft.requests.findIndex((one) => one.node === request.node);
      if (at < 0) draft.requests.push(row);
      else draft.requests[at] = row;
    },
    dropRequest: async (node) => {
      draft.requests = draft.requests.filter((one) => one.node !== node);
    },
    event: async (event) => {
      draft.events.push(event);
      draft.events.splice(0, Math.max(0, draft.events.length - eventsMax));
    },
  };
}
