import { join } from 'node:path';
import { Incarnation } from '@energymesh/protocol';
import { readIfThere, writeDurably } from './files.ts';

const incarnationMax = 0xffff_ffff;

export interface IncarnationCounter {
  /** This start's incarnation: durable before this object exists. */
  readonly value: Incarnation;
  /** No earlier incarnation could be read although this node has run before: neighbours may know a higher one (docs/protocol.md §2.2). */
  readonly unknown: boolean;
  /** Makes the next start use an incarnation above `seen`; durable on return. */
  raise(seen: Incarnation): void;
}

/**
 * Reads, increments and fsyncs the incarnation. `ranBefore`: the node's key existed, so a missing file is a loss and no first start.
 * Throws when the counter cannot be written, or is used up: sending without it would reuse identifiers.
 */
export function openIncarnation(folder: string, ranBefore: boolean): IncarnationCounter {
  const path = join(folder, 'incarnation');
  const last = readCounter(path);
  const value = Incarnation((last ?? 0) + 1);
  if (value > incarnationMax) throw new RangeError(`${path}: the incarnation counter is used up`);
  writeDurably(path, `${value}\n`);
  let written: number = value;
  return {
    value,
    unknown: last === undefined && ranBefore,
    raise(seen) {
      if (seen <= written) return;
      writeDurably(path, `${seen}\n`);
      written = seen;
    },
  };
}

/** Undefined when there is none or when it cannot be understood: a torn file must not stop a node from starting. */
function readCounter(path: string): number | undefined {
  let text: string | undefined;
  try {
    text = readIfThere(path)?.toString('utf8').trim();
  } catch {
    return undefined;
  }
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= incarnationMax ? value : undefined;
}
