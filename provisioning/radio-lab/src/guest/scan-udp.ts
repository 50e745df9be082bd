/**
 * Which UDP ports of an address let a datagram through: what a firewall drops is not answered, so somebody has to listen.
 * `node scan-udp.ts listen <first>-<last> ...` listens on all that are free and prints, when its input ends, which of them got one, as a JSON list;
 * `node scan-udp.ts send <address> <first>-<last> ...` sends one to each, three times.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { portsOf } from './port-ranges.ts';

const times = 3;
const batch = 200;
const word = 'energymesh-lab-scan';

const [role, ...rest] = process.argv.slice(2);
if (role === 'listen') await listen(portsOf(rest));
else await send(rest[0] ?? '', portsOf(rest.slice(1)));

async function listen(ports: readonly number[]): Promise<void> {
  const reached = new Set<number>();
  const sockets: Socket[] = [];
  for (const port of ports) {
    // Both families; beside a program of the node that holds the port for others too.
    const socket = createSocket({ type: 'udp6', reuseAddr: true });
    socket.on('message', (bytes) => {
      if (bytes.toString() === word) reached.add(port);
    });
    const bound = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind(port, '::', () => resolve(true));
    });
    if (bound) sockets.push(socket);
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
