import { type DeviceRole, deviceIdPattern, deviceRoles, joinCode } from '@energymesh/identity';
import * as z from 'zod';
import type { Enrolment } from './enrolment.ts';
import type { JoinRequests } from './join-requests.ts';
import { type Clock, EnrolmentRefused, type MemberRecord, type RecordStore } from './records.ts';

/** Invites of one member that still let somebody in. */
export const invitesOpenMax = 10;
export const inviteUsesMax = 20;
export const inviteHoursMax = 30 * 24;
/** Devices that one member has added and not taken away. */
export const devicesOfOneMax = 64;

const nodeId = z.string().regex(/^[0-9a-f]{16}$/, 'expected a node id of 16 hex digits');
const deviceId = z.string().regex(deviceIdPattern, 'expected 1 to 32 of a-z, 0-9 and -');
/** What a member asks of its hub. docs/hub.md */
export const memberAsk = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('list') }),
  z.strictObject({
    what: z.literal('invite'),
    role: z.enum(['relay', 'gateway']).default('relay'),
    uses: z.int().min(1).max(inviteUsesMax).default(1),
    hours: z.int().min(1).max(inviteHoursMax).default(72),
  }),
  z.strictObject({ what: z.literal('withdraw'), id: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ what: z.literal('approve'), node: nodeId, gateway: z.boolean().default(false) }),
  z.strictObject({ what: z.literal('refuse'), node: nodeId, forGood: z.boolean().default(false) }),
  z.strictObject({ what: z.literal('devices') }),
  z.strictObject({ what: z.literal('add-device'), id: deviceId, role: z.enum(deviceRoles) }),
  z.strictObject({ what: z.literal('remove-device'), id: deviceId }),
]);
export type MemberAsk = z.input<typeof memberAsk>;

export interface KeptDevice {
  readonly id: string;
  readonly role: DeviceRole;
  readonly addedAt: number;
  /** The member that added it; undefined: the administrator. */
  readonly by?: string | undefined;
}
/** Devices of the community, where its document is signed. */
export interface DeviceBook {
  list(): Promise<readonly KeptDevice[]>;
  /** Resolves to its token, which is kept nowhere. Undefined: the community has no room for another one. */
  add(device: { readonly id: string; readonly role: DeviceRole; readonly by: string }): Promise<string | undefined>;
  remove(id: string): Promise<void>;
  /** What devices know nodes by; PEM. */
  readonly root: string;
}

/** Members let others in: invites, and the word on nodes that ask. Whoever is not a member any more, or has let its certificate end, does not. */
export class MembersDesk {
  readonly #store: RecordStore;
  readonly #enrolment: Enrolment;
  readonly #requests: JoinRequests;
  readonly #rootPin: string;
  readonly #isRevoked: (node: string) => boolean;
  readonly #hubs: () => readonly string[];
  readonly #devices: DeviceBook;
  readonly #clock: Clock;

  constructor(options: {
    readonly store: RecordStore;
    readonly enrolment: Enrolment;
    readonly requests: JoinRequests;
    readonly rootPin: string;
    readonly isRevoked: (node: string) => boolean;
    /** https addresses that stand in new invites. */
    readonly hubs: () => readonly string[];
    readonly devices: DeviceBook;
    readonly clock: Clock;
  }) {
    this.#store = options.store;
    this.#enrolment = options.enrolment;
    this.#requests = options.requests;
    this.#rootPin = options.rootPin;
    this.#isRevoked = options.isRevoked;
    this.#hubs = options.hubs;
    this.#devices = options.devices;
    this.#clock = options.clock;
  }

  /** `holds`: whether the asker signed by this key. Throws EnrolmentRefused. */
  async answer(node: string, ask: z.output<typeof memberAsk>, holds: (publicKey: Uint8Array) => boolean): Promise<unknown> {
    const member = await this.#store.transaction((records) => records.member(node));
    if (!member?.publicKey || !holds(member.publicKey)) {
      // Whether there is such a member is nobody else's business.
      throw new EnrolmentRefused(
        'bad-signature',
        `not signed by a member's key, or node ${node} enrolled so long ago that its key is not kept: it renews first`,
      );
    }
    if (this.#isRevoked(node)) throw new EnrolmentRefused('revoked', `node ${node} has been revoked from this community`);
    if (member.certificateNotAfter < this.#clock.now()) throw new EnrolmentRefused('expired', `the certificate of node ${node} has ended: it renews first`);
    switch (ask.what) {
      case 'list':
        return this.#list(member);
      case 'invite':
        return this.#invite(member, ask);
      case 'withdraw':
        await this.#withdraw(member, ask.id);
        return this.#list(member);
      case 'approve':
        if (ask.gateway && !member.gateway) throw new EnrolmentRefused('not-allowed', 'gateway: only a gateway lets another gateway in');
        await this.#requests.decide({ node: ask.node, by: node, approve: true, gateway: ask.gateway });
        return this.#list(member);
      case 'refuse':
        await this.#requests.decide({ node: ask.node, by: node, approve: false, forGood: ask.forGood });
        return this.#list(member);
      case 'devices':
        return this.#listDevices(member);
      case 'add-device':
        return this.#addDevice(member, ask);
      case 'remove-device':
        await this.#removeDevice(member, ask.id);
        return this.#listDevices(member);
    }
  }

  async #list(member: MemberRecord) {
    const now = this.#clock.now();
    const invites = await this.#store.transaction((records) => records.openInvitesBy(member.id, now));
    const requests = await this.#requests.list();
    const names = new Map<string, string | undefined>();
    await this.#store.transaction(async (records) => {
      for (const { by } of requests) if (by !== undefined && !names.has(by)) names.set(by, (await records.member(by))?.name);
    });
    return {
      at: now,
      gateway: member.gateway,
      invitesMax: invitesOpenMax,
      invites: [...invites]
        .sort((a, b) => b.createdAt - a.createdAt)
        .map(({ tokenHash, role, uses, usesMax, createdAt, expiresAt }) => ({ id: tokenHash, role, uses, usesMax, createdAt, expiresAt })),
      requests: requests
        .filter((row) => row.state === 'open')
        .map(({ node, publicKey, name, askedAt, heardAt }) => ({ node, name, code: joinCode(publicKey, this.#rootPin), askedAt, heardAt })),
      decided: requests
        .flatMap(({ node, name, state, forGood, by, decidedAt }) =>
          state === 'open' || decidedAt === undefined ? [] : [{ node, name, state, forGood, by: names.get(by ?? '') ?? by ?? '', at: decidedAt }],
        )
        .sort((a, b) => b.at - a.at)
        .slice(0, 8),
    };
  }

  async #invite(member: MemberRecord, ask: Extract<z.output<typeof memberAsk>, { what: 'invite' }>) {
    const { role, uses, hours } = ask;
    if (role === 'gateway' && !member.gateway) throw new EnrolmentRefused('not-allowed', 'role: only a gateway invites another gateway');
    const made = await this.#enrolment.invite({
      ...{ role, uses, hubs: this.#hubs(), by: member.id, lifetimeMs: hours * 3_600_000 },
      check: async (records, now) => {
        const open = await records.openInvitesBy(member.id, now);
        if (open.length >= invitesOpenMax)
          throw new EnrolmentRefused('too-many', `${invitesOpenMax} invites of this node are open: withdraw one, or wait until one has ended`);
      },
    });
    return { text: made.text, id: made.kept.tokenHash, role, uses, expiresAt: made.kept.expiresAt, community: made.invite.community.name };
  }

  async #withdraw(member: MemberRecord, id: string): Promise<void> {
    const now = this.#clock.now();
    await this.#store.transaction(async (records) => {
      const invite = await records.invite(id);
      if (invite?.by !== member.id || invite.withdrawnAt !== undefined)
        throw new EnrolmentRefused('no-such', 'this node made no such invite, or it is withdrawn');
      await records.withdrawInvite(id, now);
      await records.event({ at: now, kind: 'invite-withdrawn', detail: `${invite.role}, ${invite.uses} of ${invite.usesMax} used, by ${member.id}` });
    });
  }

  async #listDevices(member: MemberRecord) {
    const devices = await this.#devices.list();
    const names = new Map<string, string>();
    await this.#store.transaction(async (records) => {
      for (const { by } of devices) if (by !== undefined && !names.has(by)) names.set(by, (await records.member(by))?.name ?? by);
    });
    return {
      at: this.#clock.now(),
      devicesMax: devicesOfOneMax,
      devices: devices.map(({ id, role, addedAt, by }) => ({ id, role, addedAt, own: by === member.id, ...(by !== undefined && { by: names.get(by) ?? by }) })),
    };
  }

  /** A known id is not given another token: that would put out somebody's device. */
  async #addDevice(member: MemberRecord, { id, role }: { id: string; role: DeviceRole }) {
    const book = this.#devices;
    const devices = await book.list();
    if (devices.some((device) => device.id === id)) throw new EnrolmentRefused('device-known', `id: there is a device ${id} already; choose another id`);
    if (devices.filter(({ by }) => by === member.id).length >= devicesOfOneMax)
      throw new EnrolmentRefused('too-many', `this node has added ${devicesOfOneMax} devices: revoke one first`);
    const token = await book.add({ id, role, by: member.id });
    if (token === undefined) throw new EnrolmentRefused('community-full', 'the community has no room for another device: revoke one first');
    return { id, role, token, ca: book.root };
  }

  async #removeDevice(member: MemberRecord, id: string): Promise<void> {
    const book = this.#devices;
    const device = (await book.list()).find((one) => one.id === id);
    if (!device) throw new EnrolmentRefused('no-such', `id: there is no device ${id}`);
    if (device.by !== member.id) throw new EnrolmentRefused('not-allowed', `id: ${device.by ?? 'the administrator'} added ${id}, and revokes it`);
    await book.remove(id);
  }
}
