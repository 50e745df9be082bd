/** Which TCP ports of an address accept a connection, seen from where this runs: `node scan.ts <address> <first>-<last> ...` prints them as a JSON list. */
import { connect } from 'node:net';
import { portsOf } from './port-ranges.ts';

const atOnceMax = 256;
/** A default-deny firewall answers nothing; on a medium without delay what is open answers at once. */
const answerMsMax = 1000;

const [address = '', ...ranges] = process.argv.slice(2);
const ports = portsOf(ranges);
const open: number[] = [];
let next = 0;

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(answerMsMax, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

async function worker(): Promise<void> {
  for (let port = ports[next++]; port !== undefined; port = ports[next++]) if (await accepts(port)) open.push(port);
}
await Promise.all(Array.from({ length: Math.min(atOnceMax, ports.length) }, worker));
console.log(JSON.stringify(open.sort((a, b) => a - b)));
