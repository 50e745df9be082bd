import * as z from 'zod';
import { position, said } from './schema.ts';

/** What the wizard reads. Secrets go in and never come out. Instants are Unix milliseconds by the agent's clock. docs/setup.md */
const problem = z.object({ field: z.string(), text: z.string(), said: said.optional() });
const count = z.number().int().min(0);

export const setup = z.object({
  at: z.number(),
  step: z.enum(['claim', 'way', 'radio', 'place', 'network', 'join', 'wallet', 'done']),
  node: z.object({
    id: z.string(),
    fingerprint: z.string(),
    name: z.string(),
    /** IPv4, of this machine: what one types when the page is lost. */
    addresses: z.array(z.string()),
    port: z.number(),
  }),
  /** file: the invite of the boot partition. later: none yet. */
  way: z
    .object({
      by: z.enum(['file', 'invite', 'ask', 'create', 'later']),
      community: z.string().optional(),
      role: z.enum(['relay', 'gateway']).optional(),
      /** Of `ask`: whoever approves sees the same, unless somebody is in between. */
      code: z.string().optional(),
      hub: z.string().optional(),
    })
    .optional(),
  /** Why the last invite was refused. */
  refused: z.string().optional(),
  refusedSaid: said.optional(),
  radio: z.object({ country: z.string().optional(), mesh: z.object({ id: z.string(), hasPassphrase: z.boolean() }).optional() }).optional(),
  place: z
    .object({ name: z.string(), position: position.optional(), uplink: z.enum(['keep', 'none', 'ethernet', 'wifi']), ssid: z.string().optional() })
    .optional(),
  change: z
    .object({
      at: z.enum(['open', 'asked', 'undone']),
      why: z.string().optional(),
      whySaid: said.optional(),
      /** In force now, and gone back in so many seconds unless it is confirmed. */
      waiting: z.object({ id: z.string(), secondsLeft: count, ofSeconds: count }).optional(),
    })
    .optional(),
  /** This machine's network as it is now. */
  network: z.object({
    available: z.boolean(),
    country: z.string().optional(),
    meshId: z.string().optional(),
    uplink: z.string().optional(),
    uplinkSsid: z.string().optional(),
    /** Its name, while it is open. */
    accessPoint: z.string().optional(),
    /** It is being closed. */
    closing: z.boolean().optional(),
  }),
  /** How asking the hubs goes; absent: not asked now. */
  asking: z
    .object({ tries: count, words: z.string(), said: said.optional(), nextAt: z.number(), /** The hub has it; a member decides. */ open: z.boolean() })
    .optional(),
  joined: z.enum(['enrolled', 'deferred']).optional(),
  community: z.string().optional(),
  wallet: z.enum(['none', 'postponed', 'backed-up']).optional(),
});

export const checkedInvite = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    community: z.string(),
    role: z.enum(['relay', 'gateway']),
    hubs: z.array(z.string()),
    expiresAt: z.number(),
    /** What the file says besides. */
    name: z.string().optional(),
    country: z.string().optional(),
    meshId: z.string().optional(),
  }),
  z.object({ ok: z.literal(false), problems: z.array(problem) }),
]);

/** Communities whose nodes show themselves on the local network. Nothing of it is verified. */
export const foundCommunities = z.object({ found: z.array(z.object({ name: z.string(), hub: z.string(), nodes: z.array(z.string()) })).max(64) });
/** Who answers at an address. `root` goes back with `ask`, so that it is the same who answers then. */
export const metCommunity = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), community: z.string(), hub: z.string(), root: z.string(), code: z.string() }),
  z.object({ ok: z.literal(false), words: z.string(), said: said.optional() }),
]);

/** What a factory reset takes. */
export const losses = z.object({
  at: z.number(),
  /** To be typed, so that nobody does it in passing. */
  name: z.string(),
  id: z.string(),
  community: z.string().optional(),
  /** A community that was made on this node and that no hub has taken over: its keys go too. */
  founded: z.object({ members: count }).optional(),
  /** Packets in custody. */
  waiting: count,
  devices: count,
  wallet: z
    .object({
      address: z.string(),
      /** Its phrase was confirmed as written down: what is in it can be had back. */
      backedUp: z.boolean(),
      /** Stroops, as last read from the ledger. */
      balance: z.string().optional(),
    })
    .optional(),
});

const text = (max: number) => z.string().trim().min(1).max(max);
export const inviteInput = z.object({ text: z.string().max(20_000) });
export const addressInput = z.object({ address: text(200) });
export const askInput = z.object({ address: text(200), root: z.string().regex(/^[0-9a-f]{64}$/) });
/** As certificates take names. */
export const createInput = z.object({ community: text(48) });
export const radioInput = z.object({
  country: z.string().max(2).optional(),
  mesh: z.object({ id: text(32), passphrase: z.string().min(1).max(63).optional() }).optional(),
});
export const placeInput = z.object({
  name: text(40),
  position: position.optional(),
  uplink: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.enum(['keep', 'none', 'ethernet']) }),
      z.object({ kind: z.literal('wifi'), ssid: text(32), passphrase: z.string().min(1).max(63).optional() }),
    ])
    .default({ kind: 'keep' }),
});
/** `name` and the wallet's `address` as the losses say them. */
export const resetInput = z.object({ name: z.string().max(100), abandon: z.string().max(120).optional() });

export type SetupView = z.infer<typeof setup>;
export type CheckedInviteView = z.infer<typeof checkedInvite>;
export type MetCommunity = z.infer<typeof metCommunity>;
export type FoundCommunities = z.infer<typeof foundCommunities>;
export type Losses = z.infer<typeof losses>;
export type RadioInput = z.infer<typeof radioInput>;
export type PlaceInput = z.infer<typeof placeInput>;
