import { expect, test } from 'vitest';
import { noPiece, type Piece, RecordMemory } from './memory.ts';

const read = ({ block, at, size }: Piece): number[] => [...block.subarray(at, at + size)];

test('pieces keep what was put into them while others grow, shrink and go', () => {
  const memory = new RecordMemory();
  const pieces = Array.from({ length: 50 }, noPiece);
  const wanted: Uint8Array[] = pieces.map(() => new Uint8Array(0));
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let step = 0; step < 2000; step++) {
    const i = next(pieces.length);
    if (next(5) === 0) {
      memory.release(pieces[i]!);
      wanted[i] = new Uint8Array(0);
    } else {
      wanted[i] = new Uint8Array(1 + next(next(10) === 0 ? 5000 : 400)).fill(next(256));
      memory.keep(pieces[i]!, wanted[i]!);
    }
    if (step % 50 === 0) for (const [k, piece] of pieces.entries()) expect(read(piece)).toEqual([...wanted[k]!]);
  }
  const blocks = new Set(pieces.map(({ block, size }) => (size > 2048 ? undefined : block)));
  expect(blocks.size).toBeLessThan(6);
});

test('what is given back serves the next of its length', () => {
  const memory = new RecordMemory();
  const first = noPiece();
  memory.keep(first, new Uint8Array(200));
  const { block, at } = first;
  memory.release(first);
  expect(first.size).toBe(0);
  const second = noPiece();
  memory.keep(second, new Uint8Array(210));
  expect([second.block === block, second.at]).toEqual([true, at]);
});
