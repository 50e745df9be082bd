import { encodeApplication } from '@energymesh/protocol';

/** The node's own message to the backend: of no device, and not retained. */
export const reportBody = (topic: string, payload: Uint8Array): Uint8Array =>
  encodeApplication({ kind: 'publish', topic, payload, qos: 1, retain: false, dup: false, client: '', properties: {} });
