import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const [scan, scanUdp] = ['./scan.ts', './scan-udp.ts'].map((name) => fileURLToPath(new URL(name, import.meta.url))) as [string, string];
/** What is under way when the last datagram was sent. */
const settleMs = 2000;

export interface Inside {
  readonly through: readonly ['ip', ...string[]];
}

/** TCP ports of `address` that accept a connection from inside a namespace. `ranges`: "22" or "1-1024". */
export async function openPorts(from: Inside, address: string, ranges: readonly string[]): Promise<number[]> {
  return JSON.parse(await run(...from.through, process.execPath, scan, address, ...ranges)) as number[];
}

/** UDP ports of `address`, which is `target`'s, on which a datagram from inside a namespace arrives; those that a program of `target` holds for itself are left out. */
export async function openUdpPorts(from: Inside, target: Inside, address: string, ranges: readonly string[]): Promise<number[]> {
  const [ip, ...rest] = target.through;
  const listener = spawn(ip, [...rest, process.execPath, scanUdp, 'listen', address, ...ranges], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  listener.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(listener, 'close');
  await once(listener.stdout, 'data');
  await run(...from.through, process.execPath, scanUdp, 'send', address, ...ranges);
  await delay(settleMs);
  listener.stdin.end();
  await ended;
  return JSON.parse(said.split('\n')[1] ?? '') as number[];
}
