import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const blockSize = 64;
const lowest = 12_032;

/**
 * `count` (at most 64) TCP ports of 127.0.0.1 that are free, that no other community on this machine is given while this process
 * lives, and that the kernel does not give to outgoing connections: a community keeps its ports over restarts, and a connection
 * of another program in the meantime must not hold one.
 */
export async function freePorts(count: number): Promise<number[]> {
  if (count > blockSize) throw new RangeError(`at most ${blockSize} ports, not ${count}`);
  const blocks = Math.floor((ephemeralFrom() - lowest) / blockSize);
  for (let tries = 0; tries < 4 * blocks; tries++) {
    const first = lowest + Math.floor(Math.random() * blocks) * blockSize;
    if (!(await hold(first))) continue;
    const free: number[] = [];
    for (let port = first; port < first + blockSize && free.length < count; port++) if (!(await portTaken(port))) free.push(port);
    if (free.length === count) return free;
  }
  throw new Error(`no ${count} free ports between ${lowest} and ${lowest + blocks * blockSize}`);
}

/** An abstract socket stands for the block (Linux): taken at once or not at all, and given back however this process ends. */
function hold(first: number): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(true);
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(false));
    server.listen(`\0energymesh-ports-${first}`, () => resolve(true)).unref();
  });
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
