import { expect } from 'vitest';
import type { Publisher } from './publisher.ts';
import type { World } from './world.ts';

/** Everything that the publisher's node acknowledged reached the backend, once by entry id, under one id each. */
export async function expectAllDelivered(world: World, publisher: Publisher, msMax = 60_000): Promise<void> {
  const { observer } = world;
  await observer.sees(
    `${publisher.acknowledged.size} messages of ${publisher.device} at the backend`,
    msMax,
    () => numbers(observer.unique(publisher.device)).size >= publisher.acknowledged.size,
  );
  const unique = observer.unique(publisher.device);
  expect([...publisher.acknowledged].filter((n) => !numbers(unique).has(n))).toEqual([]);
  expect(unique.length, 'a message arrived under two entry ids').toBe(numbers(unique).size);
  expect(unique.every((s) => s.id !== undefined)).toBe(true);
}

export const numbers = (seen: readonly { readonly payload: string }[]): Set<number> => new Set(seen.map((s) => (JSON.parse(s.payload) as { n: number }).n));
