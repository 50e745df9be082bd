import * as z from 'zod';

/** Devices of the community, as this node and its hub know them. Instants are Unix milliseconds. docs/devices.md */
export const deviceRole = z.enum(['donor', 'recipient', 'meter', 'lock']);

/** As this node knows them without the hub: from the newest community document. */
export const communityDevices = z.object({
  at: z.number(),
  devices: z.array(
    z.object({
      id: z.string(),
      role: deviceRole,
      /** To this node. */
      connected: z.boolean(),
      /** Where it is served, if any node says so. */
      at: z.object({ node: z.string(), name: z.string(), self: z.boolean() }).optional(),
      /** By this node. */
      lastSeen: z.number().optional(),
      packetsToday: z.number(),
      publishes: z.array(z.string()),
      hears: z.array(z.string()),
    }),
  ),
});

/** As the hub says, by its clock. */
export const deviceOwners = z.object({
  at: z.number(),
  /** So many a node may add. */
  devicesMax: z.number(),
  devices: z.array(
    z.object({
      id: z.string().max(32),
      role: deviceRole,
      addedAt: z.number(),
      /** This node added it, and may revoke it. */
      own: z.boolean(),
      /** Whose operator added it; absent: the administrator. */
      by: z.string().max(64).optional(),
    }),
  ),
});

/** Shown once. The password is in `box`, sealed for the page that asked. */
export const madeDevice = z.object({
  id: z.string(),
  role: deviceRole,
  box: z.string(),
  /** Of this node: any node of the community takes the device. */
  addresses: z.array(z.string()),
  port: z.number(),
  /** What the certificate of every node says, whatever address is dialled. */
  name: z.string(),
  /** PEM: what the device believes nodes by. */
  ca: z.string(),
  /** SHA-256 of it. */
  fingerprint: z.string(),
  publishes: z.array(z.string()),
  hears: z.array(z.string()),
});

export type CommunityDevices = z.infer<typeof communityDevices>;
export type DeviceOwners = z.infer<typeof deviceOwners>;
export type MadeDevice = z.infer<typeof madeDevice>;
export type DeviceRole = z.infer<typeof deviceRole>;
