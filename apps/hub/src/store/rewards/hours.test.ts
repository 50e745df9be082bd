import { expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../../hub.fixture.ts';
import { openDatabase } from '../database.ts';
import { addPart, hourBy, learnHour, partsOfHour } from './hours.ts';
import { dropValues, newestValue, putValue, valueAt } from './rule.ts';

test(
  'values are forgotten with the hours that hang on them, but for the newest',
  async () => {
    await using database = await openDatabase({ folder: undefined, migrationsFolder });
    const { db } = database;
    for (const epoch of [1, 2, 3]) await putValue(db, { epoch, value: `v${epoch}`, known: epoch, drawn: false });
    const left = async () => [await valueAt(db, 1), await valueAt(db, 2), await valueAt(db, 3)].map((row) => row?.value);
    await dropValues(db, 2);
    expect(await left()).toEqual([undefined, 'v2', 'v3']);
    await dropValues(db, 100);
    expect(await left()).toEqual([undefined, undefined, 'v3']);
    expect(await newestValue(db)).toMatchObject({ epoch: 3 });
  },
  startsMsMax,
);

test(
  'parts of a node are counted once each, and are so many at most',
  async () => {
    await using database = await openDatabase({ folder: undefined, migrationsFolder });
    const { db } = database;
    const [node, other] = ['a'.repeat(16), 'b'.repeat(16)];
    for (const key of [
      { node, epoch: 1 },
      { node, epoch: 2 },
      { node: other, epoch: 1 },
    ])
      await learnHour(db, key, { parts: 2 });
    const part = (of: string, epoch: number, number: number) => addPart(db, { node: of, epoch, part: number, carried: '[]' }, 3);
    expect(await part(node, 1, 1)).toBe(true);
    expect(await part(node, 1, 1)).toBe(false);
    expect(await part(node, 1, 2)).toBe(true);
    expect(await part(node, 2, 1)).toBe(true);
    expect(await part(node, 2, 2)).toBe(false);
    expect(await part(other, 1, 1)).toBe(true);
    expect(await hourBy(db, { node, epoch: 1 })).toMatchObject({ partsHere: 2 });
    expect(await partsOfHour(db, { node, epoch: 2 })).toMatchObject([{ part: 1 }]);
  },
  startsMsMax,
);
