import { createHash } from 'node:crypto';
import { derOfPem } from '@energymesh/identity';
import type { NodeId } from '@energymesh/protocol';
import * as z from 'zod';
import { deviceOwners, deviceRole } from './api/devices-schema.ts';
import type { DeviceDeskPort } from './api/ports.ts';
import type { Sources } from './api/views/sources.ts';
import type { Events } from './events.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { memberWish, type WishWords } from './member-wish.ts';
import type { TopicRule } from './relay/classify.ts';
import { say } from './said.ts';

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
  const ask = memberWish({ identity, events, words });
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

const words: WishWords = {
  noMember: say('wish.no-member-devices'),
  away: (hub) => say('wish.hub-away-devices', { hub }),
  old: ['not-found', 'bad-request'],
  refused: {
    'too-many': say('wish.devices-full'),
    'community-full': say('wish.community-full'),
    'not-allowed': say('wish.not-yours'),
    'no-such': say('wish.no-device'),
    moved: say('wish.moved'),
    'device-known': say('wish.device-known'),
  },
};
