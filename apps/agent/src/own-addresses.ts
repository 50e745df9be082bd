import { networkInterfaces } from 'node:os';

/** IPv4 addresses of this machine that others can use: what one types, and what stands in codes and invites. */
export const ownAddresses = (most = 8): string[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : []))
    .slice(0, most);
