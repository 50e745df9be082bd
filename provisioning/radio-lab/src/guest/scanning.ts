import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

const scan = fileURLToPath(new URL('./scan.ts', import.meta.url));

/** TCP ports of `address` that accept a connection from inside a namespace. `ranges`: "22" or "1-1024". */
export async function openPorts(from: { readonly through: readonly ['ip', ...string[]] }, address: string, ranges: readonly string[]): Promise<number[]> {
  return JSON.parse(await run(...from.through, process.execPath, scan, address, ...ranges)) as number[];
}
