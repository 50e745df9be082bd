import { hash } from 'node:crypto';
import { type ApplicationMessage, type DeviceHash, type EntryId, encodeApplication, type NodeId, type Publish, type Traffic } from '@energymesh/protocol';
import type { DownTopic } from './classify.ts';
import { type CommandHead, commandHead } from './command.ts';
import type { Row } from './journal.ts';
import { rowBytes } from './quota.ts';

/** The entry in which a command first went to a node. */
export type CommandId = EntryId & { readonly stream: NodeId };

/** A message for a device, as it came: from a gateway, or sent on by the node where the device was before. docs/protocol.md §10.4 */
export interface Command {
  readonly id: CommandId;
  readonly transferred: boolean;
  readonly publish: Publish;
}

/** One in the inbox's custody. */
export interface Held extends Command {
  readonly row: number;
  readonly bytes: number;
  readonly device: string;
  readonly deviceHash: DeviceHash;
  readonly key: string;
  readonly head: CommandHead;
  /** Of the device's own topic. */
  readonly topic: string;
  readonly traffic: Traffic;
  /** Spool time at which its age was 0, and at which it expires; milliseconds. */
  readonly born: number;
  readonly expiresAt: number;
  /** Acknowledged once this is durable: the entry itself and its repetitions. */
  owed: EntryId[];
  durable: boolean;
  /** While the device's door has it. */
  atDoor: AbortController | undefined;
  /** Nodes to which it is on its way. */
  readonly sentTo: Set<NodeId>;
}

export const deviceHash = (device: string): DeviceHash => hash('sha256', device, 'hex').slice(0, 16) as DeviceHash;

export function commandOf(message: ApplicationMessage, carrier: CommandId): Command | undefined {
  if (message.kind === 'publish') return { id: carrier, transferred: false, publish: message };
  if (message.kind !== 'transfer') return undefined;
  const { of, ...publish } = message;
  return { id: of, transferred: true, publish: { ...publish, kind: 'publish' } };
}

/** By the command's own id, else by its entry's. */
export function keyOf(device: string, head: CommandHead, { origin, incarnation, stream, class: cls, sequence }: EntryId): string {
  return head.id === undefined ? `#${origin}.${incarnation}.${stream}.${cls}.${sequence}` : `${device}/${head.id}`;
}

/** What a row says beside its columns. */
export const metaOf = ({ origin, class: cls }: EntryId): string => JSON.stringify({ origin, class: cls });

export function held(row: Row, command: Command, down: DownTopic): Held {
  const head = commandHead(command.publish.payload, command.publish.properties);
  return {
    ...command,
    row: row.row,
    bytes: rowBytes(row.body.byteLength),
    device: down.device,
    deviceHash: deviceHash(down.device),
    key: keyOf(down.device, head, command.id),
    head,
    topic: down.topic,
    traffic: row.traffic as Traffic,
    born: row.born,
    expiresAt: row.born + row.lifetimeMs,
    owed: [],
    durable: false,
    atDoor: undefined,
    sentTo: new Set(),
  };
}

/** The command that a row holds, after a restart; undefined when it cannot be read. */
export function commandOfRow(row: Row, message: ApplicationMessage, self: NodeId): Command | undefined {
  const meta = parseMeta(row.meta);
  if (!meta) return undefined;
  const { origin, class: cls } = meta;
  return commandOf(message, { origin, incarnation: row.incarnation as EntryId['incarnation'], stream: self, class: cls, sequence: row.sequence });
}

function parseMeta(meta: string | undefined): Pick<EntryId, 'origin' | 'class'> | undefined {
  try {
    const { origin, class: cls } = JSON.parse(meta ?? '') as { origin?: unknown; class?: unknown };
    if (typeof origin !== 'string' || !/^[0-9a-f]{16}$/.test(origin) || (cls !== 0 && cls !== 1 && cls !== 2 && cls !== 3)) return undefined;
    return { origin: origin as NodeId, class: cls };
  } catch {
    return undefined;
  }
}

export const transferOf = ({ id, publish }: Command): Uint8Array => encodeApplication({ ...publish, kind: 'transfer', of: id });
