/** A contract's linear memory, with the host's errors at its bounds. Positions and lengths come as U32 values. */
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { toU32, type Val } from '../val.ts';

const outOfBounds = (): HostError => new HostError('WasmVm', 'IndexBounds', 'out-of-bounds access to WASM linear memory');

const view = (host: Host): Uint8Array => {
  const { memory } = host.frame;
  if (!memory) throw new HostError('WasmVm', 'MissingValue', 'no linear memory');
  return new Uint8Array(memory.buffer);
};

export const readMemory = (host: Host, position: number, length: number): Uint8Array => {
  const memory = view(host);
  if (position + length > memory.length) throw outOfBounds();
  return memory.slice(position, position + length);
};

export const writeMemory = (host: Host, position: number, bytes: Uint8Array): void => {
  const memory = view(host);
  if (position + bytes.length > memory.length) throw outOfBounds();
  memory.set(bytes, position);
};

export const readVals = (host: Host, position: Val, length: Val): Val[] => {
  const count = toU32(length);
  const bytes = readMemory(host, toU32(position), count * 8);
  const data = new DataView(bytes.buffer);
  return Array.from({ length: count }, (_, i) => data.getBigUint64(i * 8, true));
};

export const writeVals = (host: Host, position: Val, vals: readonly Val[]): void => {
  const bytes = new Uint8Array(vals.length * 8);
  const data = new DataView(bytes.buffer);
  for (const [i, v] of vals.entries()) data.setBigUint64(i * 8, v, true);
  writeMemory(host, toU32(position), bytes);
};

/** Slices as Rust lays them out: position and length, 32 bits each. */
export const readSlices = (host: Host, position: Val, count: Val): Uint8Array[] => {
  const n = toU32(count);
  const bytes = readMemory(host, toU32(position), n * 8);
  const data = new DataView(bytes.buffer);
  return Array.from({ length: n }, (_, i) => readMemory(host, data.getUint32(i * 8, true), data.getUint32(i * 8 + 4, true)));
};
