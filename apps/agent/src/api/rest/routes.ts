import * as z from 'zod';
import { csv, earnings, hours, rewardHour, series } from '../rewards-schema.ts';
import type { AppRouter } from '../router.ts';
import { counters, devices, log, nearby, neighbours, publicCard, radio, status, topology, trafficSpan, trafficToday } from '../schema.ts';

export type Calls = ReturnType<AppRouter['createCaller']>;

/** One address that a program reads: what it may be asked, what it answers, and the procedure that it stands for. */
export interface RestRoute {
  /** Below /api/v1; `{name}` stands for one part of it. */
  readonly path: string;
  readonly summary: string;
  /** For anybody on the network. */
  readonly open?: true;
  /** Parts of the path and of the query, by name. */
  readonly asked?: z.ZodObject;
  /** Absent: CSV. */
  readonly answer?: z.ZodType;
  read(calls: Calls, asked: never): Promise<unknown>;
}

const route = <A extends z.ZodObject>(
  of: Omit<RestRoute, 'asked' | 'read'> & { readonly asked?: A; read(calls: Calls, asked: z.infer<A>): Promise<unknown> },
) => of as unknown as RestRoute;

const instant = z.coerce.number().min(0).max(8.64e15).describe('Unix milliseconds');
const limit = z.coerce.number().int().min(1).max(200).default(50).describe('How many at most');

/** In the order of the reference. Everything is read only: what changes a node is signed by a person's session or phone. */
export const routes: readonly RestRoute[] = [
  route({ path: '/card', summary: 'Which node this is', open: true, answer: publicCard, read: (calls) => calls.card() }),
  route({ path: '/status', summary: 'Whether the node is well, what it carries, where its gateway is', answer: status, read: (calls) => calls.status.get() }),
  route({ path: '/counters', summary: 'What was counted since the start, refusals above all', answer: counters, read: (calls) => calls.status.counters() }),
  route({ path: '/mesh', summary: 'Nodes and links of the whole mesh, and the way to the gateway', answer: topology, read: (calls) => calls.mesh.topology() }),
  route({
    path: '/neighbours',
    summary: 'Links of this node, with cost, latency, bytes and queues',
    answer: neighbours,
    read: (calls) => calls.mesh.neighbours(),
  }),
  route({ path: '/nearby', summary: 'Nodes announced on the local network', answer: nearby, read: (calls) => calls.mesh.nearby() }),
  route({ path: '/radio', summary: 'What the radios beneath the links say', answer: radio, read: (calls) => calls.radio.get() }),
  route({ path: '/devices', summary: 'Meters and locks of the community, as this node knows them', answer: devices, read: (calls) => calls.devices.list() }),
  route({
    path: '/log',
    summary: 'What happened, newest first',
    asked: z.object({ limit, before: z.coerce.number().int().optional().describe('Entries older than the one with this id') }),
    answer: log,
    read: (calls, asked) => calls.log.recent(asked),
  }),
  route({
    path: '/traffic/today',
    summary: 'Packets and bytes since midnight in buckets of ten minutes',
    answer: trafficToday,
    read: (calls) => calls.traffic.today(),
  }),
  route({
    path: '/traffic',
    summary: 'The last week or month by days, or a time between two instants',
    asked: z.object({
      last: z.enum(['week', 'month']).optional().describe('Either this, or from and to'),
      from: instant.optional(),
      to: instant.optional(),
    }),
    answer: trafficSpan,
    read: (calls, { last, from, to }) => calls.traffic.over(last !== undefined ? { last } : ({ from, to } as { from: number; to: number })),
  }),
  route({
    path: '/earnings',
    summary: 'What was earned, and what of it is pending, proved, claimed and paid',
    answer: earnings,
    read: (calls) => calls.rewards.earnings(),
  }),
  route({
    path: '/earnings/series',
    summary: 'Earnings in buckets of an hour or a day',
    asked: z.object({ by: z.enum(['hour', 'day']), from: instant, buckets: z.coerce.number().int().min(1).max(800) }),
    answer: series,
    read: (calls, asked) => calls.rewards.series(asked),
  }),
  route({
    path: '/earnings/hours',
    summary: 'Hours one by one, newest first, each with what it was paid for',
    asked: z.object({ limit, before: z.coerce.number().int().min(0).max(0xffff_ffff).optional().describe('Epochs below this one') }),
    answer: hours,
    read: (calls, asked) => calls.rewards.hours(asked),
  }),
  route({
    path: '/earnings/hours/{epoch}',
    summary: 'One hour, by its epoch',
    asked: z.object({ epoch: z.coerce.number().int().min(0).max(0xffff_ffff) }),
    answer: rewardHour,
    read: (calls, asked) => calls.rewards.hour(asked),
  }),
  route({
    path: '/earnings.csv',
    summary: 'Hours as a table: times in UTC, amounts in XLM and stroops',
    asked: z.object({ from: instant, to: instant }),
    read: async (calls, asked) => csv.parse(await calls.rewards.csv(asked)).text,
  }),
];
