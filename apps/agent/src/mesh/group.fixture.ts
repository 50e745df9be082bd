import { randomInt } from 'node:crypto';

/** A multicast group and port of this test's own, on the loopback. */
export function testGroup(given: { readonly port?: number } = {}) {
  const group = `239.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  return { type: 'multicast', group, port: given.port ?? randomInt(20_000, 60_000), interface: '127.0.0.1' } as const;
}
