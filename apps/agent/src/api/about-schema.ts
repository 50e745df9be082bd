import * as z from 'zod';

/** What a node is, where its backend is, and how it is kept up to date: nothing secret. Instants are Unix milliseconds by the agent's clock. */
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);
export const about = z.object({
  at: z.number(),
  node: z.object({
    id: z.string(),
    name: z.string(),
    fingerprint: z.string(),
    /** How often it has started as this node. */
    incarnation: z.number(),
    version: z.string(),
    builtAt: z.number(),
    startedAt: z.number(),
    /** Of Node.js. */
    runtime: z.string(),
  }),
  /** Absent: not a member yet. */
  community: z
    .object({
      id: z.string(),
      name: z.string(),
      /** Where it was enrolled and renews. */
      hubs: z.array(z.string()),
      gateway: z.boolean(),
      /** unknown: the clock is not set yet. */
      certificate: z.enum(['fresh', 'stale', 'expired', 'unknown']),
    })
    .optional(),
  backend: z.object({
    state: z.enum(['connected', 'connecting', 'unreachable', 'not-a-gateway']),
    since: z.number(),
    url: z.string().optional(),
    /** When a packet of this node was last acknowledged from end to end, since its start. */
    acknowledgedAt: z.number().optional(),
    waiting: z.number(),
  }),
  ports: z.object({ http: z.number(), devices: z.number().optional(), links: z.number().optional() }),
  logLevel,
  updates: z.object({
    packaged: z.boolean(),
    installedAt: z.number().optional(),
    security: z.boolean(),
    securityAt: z.number().optional(),
  }),
});
export type About = z.infer<typeof about>;
export type LogLevel = z.infer<typeof logLevel>;
