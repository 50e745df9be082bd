import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * `count` TCP ports of 127.0.0.1 that were free a moment ago, and that the kernel does not give to outgoing connections:
 * a community keeps its ports over restarts, and a connection of another program in the meantime must not hold one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const below = ephemeralFrom();
  const lowest = 12_000;
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 50 * count) throw new Error(`no ${count} free ports between ${lowest} and ${below}`);
    const port = lowest + Math.floor(Math.random() * (below - lowest));
    if (!(await portTaken(port))) ports.add(port);
  }
  return [...ports];
}

/** Where the range of outgoing connections begins (ip(7)); Linux's default where it cannot be read. */
function ephemeralFrom(): number {
  try {
    const from = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0]);
    return from > 16_000 ? from : 65_536;
  } catch {
    return 32_768;
  }
}

/** Whether something listens on this port of 127.0.0.1 or of every address. */
export function portTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, () => server.close(() => resolve(false)));
  });
}
