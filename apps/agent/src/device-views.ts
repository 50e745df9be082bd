import { createHash } from 'node:crypto';
import type { MemberAsk } from '@energymesh/enrolment';
import { derOfPem } from '@energymesh/identity';
import type { NodeId } from '@energymesh/protocol';
import * as z from 'zod';
import { deviceOwners, deviceRole } from './api/devices-schema.ts';
import type { DeviceDeskPort } from './api/ports.ts';
import type { Sources } from './api/views/sources.ts';
import type { Events } from './events.ts';
import { HubError } from './identity/hub-client.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { PeopleRefused } from './ports.ts';
import type { TopicRule } from './relay/classify.ts';

/** What the certificate of every device door says. docs/devices.md */
const doorName = 'energymesh.local';
const made = z.object({ id: z.string(), role: deviceRole, token: z.string().regex(/^[\w-]{22}$/), ca: z.string().max(8192) });

export interface DeviceDeskOptions {
  readonly identity: Pick<NodeIdentity, 'ask' | 'enrolment' | 'devices' | 'node'>;
  readonly events: Pick<Events, 'peopleAsked'>;
  readonly sources: Pick<Sources, 'clock' | 'door' | 'activity'>;
  readonly topics: readonly TopicRule[];
  /** Which node serves a device now, by what nodes say. */
  readonly holder: (device: string) => NodeId | undefined;
  readonly nameOf: (node: NodeId) => string;
  readonly addresses: () => string[];
  readonly port: () => number;
}

/** Devices of the community, as the API has them: what is known is told from here, what changes goes to the hub, signed by this node. */
export function deviceDesk({ identity, events, sources, topics, holder, nameOf, addresses, port }: DeviceDeskOptions): DeviceDeskPort {
  const ask = async <T>(wish: MemberAsk, schema: z.ZodType<T>): Promise<T> => {
    if (!identity.enrolment) throw new PeopleRefused('no-member', 'This node is no member of a community yet. Join one first, then add devices.');
    try {
      const answer = schema.parse(await identity.ask(wish));
      if (wish.what === 'add-device' || wish.what === 'remove-device') events.peopleAsked(wish.what);
      return answer;
    } catch (error) {
      throw refusalOf(error, identity.enrolment.hubs);
    }
  };
  return {
    all: () => {
      const { clock, door, activity } = sources;
      const connected = new Set(door.connected().map(({ device }) => device));
      const devices = identity.devices.known().map(({ id, role }) => {
        const { lastSeen, packetsToday } = activity.read(id);
        const node = connected.has(id) ? identity.node : holder(id);
        return {
          ...{ id, role, packetsToday, connected: connected.has(id) },
          ...(node !== undefined && { at: { node, name: nameOf(node), self: node === identity.node } }),
          ...(lastSeen !== undefined && { lastSeen }),
          ...topicsOf(id, topics),
        };
      });
      return { at: clock.wall(), devices };
    },
    owners: () => ask({ what: 'devices' }, deviceOwners),
    add: async ({ id, role }) => {
      const { token, ca } = await ask({ what: 'add-device', id, role }, made);
      const der = derOfPem(ca)?.[0] ?? new Uint8Array();
      const fingerprint = createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g)!.join(':');
      return { id, role, token, ca, fingerprint, name: doorName, addresses: addresses(), port: port(), ...topicsOf(id, topics) };
    },
    remove: (id) => ask({ what: 'remove-device', id }, deviceOwners),
  };
}

/** What a device of this id may say and hear at a node. */
export function topicsOf(id: string, rules: readonly TopicRule[]): { publishes: string[]; hears: string[] } {
  const own = rules.map(({ direction, localPrefix, pattern }) => ({ direction, topic: `${localPrefix}${pattern}`.replace('+', id) }));
  const mine = own.filter(({ topic }) => topic.startsWith(`em/${id}/`));
  const of = (without: TopicRule['direction']) => mine.flatMap(({ direction, topic }) => (direction === without ? [] : [topic]));
  return { publishes: of('down'), hears: of('up') };
}

const refusals: Readonly<Record<string, string>> = {
  'bad-signature': 'The hub does not know this node as a member. It renews by itself when it has the time; if this stays, ask the administrator.',
  revoked: 'The community has revoked this node. Ask its administrator.',
  expired: "This node's certificate has ended. It is renewed by itself as soon as the node reaches the hub; then try again.",
  'too-many': 'This node has added 64 devices. Revoke one first.',
  'community-full': 'The community has no room for another device. Revoke one first, or ask the administrator.',
  'not-allowed': 'Another node or the administrator added this device. Only they revoke it.',
  'no-such': 'There is no such device any more.',
  'no-devices': 'This community was made on a node and has no hub yet. Devices can be added once a hub has taken over.',
  moved: 'A hub has taken over from the node that made the community. This node finds it when it renews; then try again.',
};

function refusalOf(error: unknown, hubs: readonly string[]): PeopleRefused {
  const hub = hubs.map((one) => one.replace(/^https:\/\//, '')).join(', ');
  const old = `What the hub at ${hub} answers cannot be understood. The hub or this node may need an update.`;
  if (!(error instanceof HubError)) return new PeopleRefused('hub-old', old);
  switch (error.why) {
    case 'unreachable':
    case 'busy':
      return new PeopleRefused(
        'hub-away',
        `No answer from the hub at ${hub}. It alone adds and revokes devices, since it signs the list that all nodes go by. Check this node's way to the internet, or do it on a node that has one. Devices that are there go on as before.`,
      );
    case 'untrusted':
      return new PeopleRefused('hub-away', `Who answers at ${hub} is not this community's hub. Something stands in between.`);
    case 'broken':
      return new PeopleRefused('hub-old', old);
    case 'refused':
      if (error.code === 'not-found' || error.code === 'bad-request')
        return new PeopleRefused('hub-old', `The hub at ${hub} is too old for this. Its administrator updates it.`);
      if (error.code === 'device-known')
        return new PeopleRefused('device-known', 'There is a device of this name in the community already. Choose another one.');
      return new PeopleRefused('hub-refused', refusals[error.code ?? ''] ?? `The hub says no: ${error.message.replace(/^\S+: /, '')}.`);
  }
}
