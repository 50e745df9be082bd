import type { Broker, BrokerView } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Community } from '../identity/community.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Database } from '../store/database.ts';
import { allDeviceFigures, allFigures, allNodes } from '../store/members.ts';

/** The hub at a glance. Instants are milliseconds since 1970; counts of messages are kept over restarts, `refused` counts since the start. */
export interface Stats {
  readonly at: number;
  readonly startedAt: number;
  readonly community: { readonly id: string; readonly name: string; readonly document: number };
  /** Device messages as they came from the broker. */
  readonly received: number;
  readonly unique: number;
  /** Raw duplicates: an entry id that was there already, or a message sent again with DUP. */
  readonly duplicates: number;
  readonly resent: number;
  readonly withoutId: number;
  readonly reports: number;
  readonly expired: number;
  /** Waiting for the database. */
  readonly waiting: number;
  readonly refused: Readonly<Record<string, number>>;
  /** `?` stands for all devices that are not enrolled. */
  readonly devices: readonly { device: string; received: number; unique: number; duplicates: number; lastAt: number; lastNode: string | null }[];
  readonly nodes: readonly {
    node: string;
    name: string;
    gateway: boolean;
    revoked: boolean;
    enrolledAt: number;
    lastMessageAt: number | null;
    lastReportAt: number | null;
  }[];
  readonly devicesEnrolled: number;
  readonly broker: BrokerView;
}

export interface StatsParts {
  readonly db: Database;
  readonly community: Community;
  readonly authority: { readonly id: string; readonly name: string };
  readonly broker: Broker;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly startedAt: number;
}

export async function readStats(parts: StatsParts): Promise<Stats> {
  const { db, community, authority } = parts;
  // One transaction, so that the sums fit each other.
  const [figures, devices, nodes] = await db.transaction(
    async (session) => [await allFigures(session), await allDeviceFigures(session), await allNodes(session)] as const,
  );
  const figure = (name: string) => figures.get(name) ?? 0;
  return {
    at: parts.clock.now(),
    startedAt: parts.startedAt,
    community: { id: authority.id, name: authority.name, document: community.document.number },
    received: figure('received'),
    unique: figure('received') - figure('duplicates'),
    duplicates: figure('duplicates'),
    resent: figure('resent'),
    withoutId: figure('without-id'),
    reports: figure('reports'),
    expired: figure('expired'),
    waiting: parts.ingest.waiting,
    refused: parts.ingest.refused.view(),
    devices: devices.map(({ device, received, uniqueCount, lastAt, lastNode }) => ({
      device,
      received,
      unique: uniqueCount,
      duplicates: received - uniqueCount,
      lastAt,
      lastNode,
    })),
    nodes: nodes.map(({ id, name, gateway, enrolledAt, lastMessageAt, lastReportAt }) => ({
      node: id,
      name,
      gateway,
      revoked: community.isRevoked(id, ''),
      enrolledAt,
      lastMessageAt,
      lastReportAt,
    })),
    devicesEnrolled: community.deviceCount,
    broker: parts.broker.view(),
  };
}
