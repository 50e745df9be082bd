import * as z from 'zod';

/** Instants are Unix milliseconds by the node's clock. */
export const phonesView = z.object({
  at: z.number(),
  phones: z.array(z.object({ id: z.string(), name: z.string(), pairedAt: z.number(), lastSeenAt: z.number(), lastWay: z.enum(['direct', 'hub']) })),
  max: z.number(),
  /** Where the community's app is; absent: it has none. */
  app: z.string().optional(),
});
export type PhonesView = z.infer<typeof phonesView>;

export const phoneOffer = z.object({
  /** To be shown as a QR code, or sent to oneself. */
  link: z.string(),
  endsAt: z.number(),
});
export type PhoneOffer = z.infer<typeof phoneOffer>;
