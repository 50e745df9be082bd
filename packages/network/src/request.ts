import * as z from 'zod';
import type { NetworkState } from './desired.ts';

/** One file per request, renamed into it from a name that begins with a dot. docs/network.md */
export const requestFolder = '/run/energymesh/requests';
export const statusPath = '/run/energymesh/network.json';
export const requestBytesMax = 64 * 1024;
export const confirmSeconds = { least: 30, most: 600, standard: 120 } as const;

const id = z.string().regex(/^[a-z0-9-]{1,64}$/);
const requestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    version: z.literal(1),
    kind: z.literal('apply'),
    id,
    /** A NetworkState; read by `parseNetworkState`. */
    state: z.record(z.string(), z.unknown()),
    confirmWithinSeconds: z.int().min(confirmSeconds.least).max(confirmSeconds.most).default(confirmSeconds.standard),
  }),
  z.strictObject({ version: z.literal(1), kind: z.literal('confirm'), id }),
  z.strictObject({ version: z.literal(1), kind: z.literal('revert'), id }),
]);
/** apply: `id` is the change's, new each time. confirm and revert name the change that waits. */
export type NetworkRequest = z.output<typeof requestSchema>;

/** Never throws; a string says what is wrong, without a value of it. */
export function parseRequest(bytes: Uint8Array): NetworkRequest | string {
  if (bytes.length > requestBytesMax) return `the request is longer than ${requestBytesMax} bytes`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'the request is not JSON in UTF-8';
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.').slice(0, 40);
  return `the request is not as expected${field && /^[A-Za-z.]+$/.test(field) ? `: ${field}` : ''}. Give {"version":1,"kind":"apply","id":"...","state":{...}}, or "confirm" or "revert" with the id of the change`;
}

/** How the agent places a request: write `text` to `temporary` (new, mode 0600), then rename it to `name`, both in `requestFolder`. `nonce` makes the name unlike any other: [a-z0-9-]. */
export function requestFile(
  request: (Omit<Extract<NetworkRequest, { kind: 'apply' }>, 'state'> & { readonly state: unknown }) | Exclude<NetworkRequest, { kind: 'apply' }>,
  nonce: string,
): { readonly temporary: string; readonly name: string; readonly text: string } {
  const name = `${request.kind}-${request.id}-${nonce}.json`;
  return { temporary: `.${name}`, name, text: `${JSON.stringify(request)}\n` };
}

const outcome = z.strictObject({
  /** Of the request; absent where none could be read. */
  id: id.optional(),
  result: z.enum(['waiting', 'confirmed', 'unchanged', 'refused', 'failed', 'reverted']),
  /** For people. */
  reason: z.string().max(600),
  problems: z.array(z.strictObject({ field: z.string().max(120), text: z.string().max(400) })).max(32),
  uptimeSeconds: z.number(),
});
export type NetworkOutcome = z.output<typeof outcome>;

const statusSchema = z.strictObject({
  version: z.literal(1),
  /** unconfigured: nothing was ever confirmed. waiting: a change is in force and goes back unless it is confirmed. */
  phase: z.enum(['unconfigured', 'applying', 'waiting', 'confirmed', 'reverting']),
  /** By the clock of /proc/uptime. */
  uptimeSeconds: z.number(),
  waiting: z.strictObject({ id, deadlineUptimeSeconds: z.number() }).optional(),
  /** The newest first. */
  recent: z.array(outcome).max(8),
  /** In force, passphrases left out. */
  state: z.custom<NetworkState>((value) => typeof value === 'object' && value !== null).optional(),
  /** Made on this node; to be told to the other ends. */
  wireguard: z.array(z.strictObject({ name: z.string().max(15), publicKey: z.string().max(44) })).max(4),
});
/** What /run/energymesh/network.json holds. */
export type NetworkStatus = z.output<typeof statusSchema>;

/** Undefined: not (yet) as expected. Never throws. */
export function parseStatus(text: string): NetworkStatus | undefined {
  try {
    const parsed = statusSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
