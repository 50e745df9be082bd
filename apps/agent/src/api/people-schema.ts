import * as z from 'zod';

/** Who comes in, as the hub says it. Instants are Unix milliseconds by the hub's clock. docs/setup.md */
const count = z.number().int().min(0);
const role = z.enum(['relay', 'gateway']);
const text = (max: number) => z.string().max(max);

export const people = z.object({
  at: z.number(),
  /** This node is a gateway, and may let gateways in. */
  gateway: z.boolean(),
  /** So many of this node may be open. */
  invitesMax: count,
  invites: z.array(z.object({ id: text(64), role, uses: count, usesMax: count, createdAt: z.number(), expiresAt: z.number() })).max(100),
  /** Nodes that wait for a word. `code` stands on their own screen too, unless somebody is in between. */
  requests: z.array(z.object({ node: text(16), name: text(64), code: text(32), askedAt: z.number(), heardAt: z.number() })).max(500),
  /** The last ones, with the name of who decided. */
  decided: z
    .array(z.object({ node: text(16), name: text(64), state: z.enum(['approved', 'refused']), forGood: z.boolean(), by: text(64), at: z.number() }))
    .max(100),
});
export const madeInvite = z.object({ id: text(64), text: text(4096), role, uses: count, expiresAt: z.number(), community: text(64) });

/** The community that was made on this node. */
export const ownCommunity = z.object({
  own: z
    .object({
      name: text(64),
      members: count,
      membersMax: count,
      /** Where others come in. */
      address: text(300),
      /** The hub that has taken over. */
      moved: text(300).optional(),
      /** All that were let in; `revokedAt`: put out again. Unix milliseconds. */
      nodes: z
        .array(z.object({ node: text(16), name: text(64), gateway: z.boolean(), enrolledAt: z.number(), revokedAt: z.number().optional() }))
        .max(1000)
        .readonly(),
    })
    .optional(),
});
export const backupPassphraseMin = 10;
export const moveWish = z.object({ address: z.string().trim().min(1).max(200) });

const node = z.string().regex(/^[0-9a-f]{16}$/);
export const revokeWish = z.object({ node });
export const inviteWish = z.object({ role: role.default('relay'), uses: z.int().min(1).max(20).default(1), hours: z.int().min(1).max(720).default(72) });
export const withdrawWish = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) });
export const approveWish = z.object({ node, gateway: z.boolean().default(false) });
export const refuseWish = z.object({ node, forGood: z.boolean().default(false) });

export type People = z.infer<typeof people>;
export type OwnCommunity = z.infer<typeof ownCommunity>;
export type MadeInvite = z.infer<typeof madeInvite>;
