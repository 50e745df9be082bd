import { expect, test } from 'vitest';
import { NodeId } from '../ids.ts';
import { Graph } from './graph.ts';
import { Others } from './others.ts';

const id = (n: number): NodeId => NodeId(n.toString(16).padStart(16, '0'));
/** Self is 0; what each of the others claims. */
function others(claims: Readonly<Record<number, readonly number[]>>): { graph: Graph; lead: (from: number, ...to: number[]) => boolean } {
  const graph = new Graph(id(0), 1000, () => {});
  for (const [node, to] of Object.entries(claims))
    graph.replace(
      id(Number(node)),
      to.map((other) => ({ node: id(other), cost: 100 })),
    );
  const search = new Others(graph);
  return { graph, lead: (from, ...to) => search.lead(id(from), to.map(id)) };
}

test('edges count that both ends claim, and none of self', () => {
  const { graph, lead } = others({ 1: [0, 2], 2: [1, 3], 3: [2, 0, 4], 4: [0] });
  graph.replace(id(0), [
    { node: id(1), cost: 100 },
    { node: id(4), cost: 100 },
  ]);
  expect([lead(1, 3), lead(3, 1), lead(2, 4, 1)]).toEqual([true, true, true]);
  // 4 claims only self; 3 claims it, which is half an edge
  expect([lead(4, 1, 2, 3), lead(1, 4)]).toEqual([false, false]);
});

test('without a goal, and from or to a node that nobody knows, nothing leads there', () => {
  const { lead } = others({ 1: [2], 2: [1] });
  expect([lead(1), lead(9, 1), lead(1, 9), lead(0, 1), lead(1, 0)]).toEqual([false, false, false, false, false]);
  expect(lead(1, 1)).toBe(true);
});

test('one search says nothing to the next, and the graph may grow between them', () => {
  const { graph, lead } = others({ 1: [2], 2: [1], 3: [4], 4: [3] });
  for (let i = 0; i < 100; i++) expect([lead(1, 3), lead(1, 2), lead(4, 3), lead(4, 1, 2)]).toEqual([false, true, true, false]);
  for (let n = 5; n < 400; n++)
    graph.replace(
      id(n),
      [n - 1, n + 1].filter((other) => other > 4).map((other) => ({ node: id(other), cost: 100 })),
    );
  expect([lead(5, 399), lead(399, 5, 1), lead(399, 1)]).toEqual([true, true, false]);
});
