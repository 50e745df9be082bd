/**
 * Which UDP ports of an address let a datagram through: what a firewall drops is not answered, so somebody has to listen.
 * `node scan-udp.ts listen <address> <first>-<last> ...` listens on all that are free and prints, when its input ends, which of them got one, as a JSON list;
 * `node scan-udp.ts send <address> <first>-<last> ...` sends one to each, three times.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { portsOf } from './port-ranges.ts';

const times = 3;
const batch = 200;
const word = 'energymesh-lab-scan';

const [role, ...rest] = process.argv.slice(2);
const [address = '', ...ranges] = rest;
if (role === 'listen') await listen(address, portsOf(ranges));
else await send(address, portsOf(ranges));

async function listen(address: string, ports: readonly number[]): Promise<void> {
  const reached = new Set<number>();
  const sockets: Socket[] = [];
  // Of the sockets that hold a port the kernel takes the one that names the address, and of two such ones the later: beside the node's own programs, both are needed.
  const doors = [{ type: 'udp6', at: '::' } as const, ...(isIPv4(address) ? [{ type: 'udp4', at: address } as const] : [])];
  for (const port of ports) {
    for (const { type, at } of doors) {
      const socket = createSocket({ type, reuseAddr: true });
      socket.on('message', (bytes) => {
        if (bytes.toString() === word) reached.add(port);
      });
      const bound = await new Promise<boolean>((resolve) => {
        socket.once('error', () => resolve(false));
        socket.bind(port, at, () => resolve(true));
      });
      if (bound) sockets.push(socket);
    }
  }
  console.log('listening');
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('end', resolve));
  for (const socket of sockets) socket.close();
  console.log(JSON.stringify([...reached].sort((a, b) => a - b)));
}

async function send(address: string, ports: readonly number[]): Promise<void> {
  const socket = createSocket(isIPv6(address.split('%')[0] ?? '') ? 'udp6' : 'udp4');
  for (let time = 0; time < times; time++) {
    for (const [i, port] of ports.entries()) {
      // An answer that says "closed" is an error of the next sending: no matter.
      await new Promise<void>((resolve) => socket.send(word, port, address, () => resolve()));
      if (i % batch === 0) await delay(10);
    }
  }
  socket.close();
}
