import { nodeIdOf as idOf } from '@energymesh/identity';

/** Of a public key in hex, as the ledger's events have it. */
export const nodeIdOf = (publicKey: string): string => idOf(Buffer.from(publicKey, 'hex'));
