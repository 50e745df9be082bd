import type { BrokerKind } from './world.ts';

/** Every spec runs on the hub's embedded broker, and again on Mosquitto: E2E_BROKER says which. */
export const broker: BrokerKind = process.env.E2E_BROKER === 'mosquitto' ? 'mosquitto' : 'embedded';
