import { encodeApplication } from '@energymesh/protocol';

/** A command as a gateway sends it down to a device's node. */
export const commandBody = (payload: string, device = 'lock-1'): Uint8Array =>
  encodeApplication({
    kind: 'publish',
    topic: `energymesh/sun/em/${device}/command`,
    payload: Buffer.from(payload),
    qos: 1,
    retain: false,
    dup: false,
    client: '',
    properties: {},
  });
