import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { RewardsWorld, type TestNode } from './rewards.fixture.ts';
import { caughtView } from './view.ts';

/** Nobody is drawn unless the test says so: the hub's own challenges are what is seen here. */
let world: RewardsWorld;
let relay: TestNode;
let liar: TestNode;
let next: TestNode;
vi.setConfig({ testTimeout: startsMsMax });
beforeAll(async () => {
  world = await RewardsWorld.open();
  world.enrol('meter-1');
  [relay, liar, next] = [await world.node(), await world.node(), await world.node()];
  for (const node of [relay, liar, next]) await node.register(await world.wallet(node.id));
}, startsMsMax);
afterAll(() => world[Symbol.asyncDispose]());

/** What a challenge tells, answered out of the node's receipts. */
async function show(node: TestNode): Promise<void> {
  const { epoch, value, samples } = node.last('challenge')!;
  await node.show(epoch, value, samples);
}

let hour: number;

test('an hour whose packets did not arrive is to be shown, and an honest one is not', async () => {
  hour = world.epoch;
  await world.arrive(relay, [world.range(relay, 1, 100)]);
  relay.receipt(hour, next, world.range(relay, 1, 100));
  liar.receipt(hour, next, world.range(liar, 1, 100));
  await world.live(hour + 1, 2);
  await relay.hour(hour, [next]);
  await liar.hour(hour, [next]);
  await world.live(hour + 2);
  expect(relay.last('hour')).toMatchObject({ state: 'attested', earning: 100 });
  expect(liar.last('hour')).toMatchObject({ state: 'attested', earning: 0, why: ['not-arrived', 'sums-differ'] });
  expect(relay.last('challenge')).toBeUndefined();
  expect(liar.last('challenge')).toMatchObject({ epoch: hour, accepted: hour + 1, samples: 8, deadline: hour + 2 + 24, why: ['sums-differ'] });
});

test('what was drawn cannot be claimed before it is shown, and is not paid more for it', async () => {
  await world.live(hour + 3);
  await liar.say({ kind: 'claim', epochs: [hour] });
  expect(liar.last('asked')).toMatchObject({ about: { kind: 'claim' }, state: 'refused', why: ['MustReveal'] });
  await show(liar);
  expect(liar.last('asked')).toMatchObject({ about: { kind: 'openings', epoch: hour }, state: 'done' });
  expect(liar.last('hour')).toMatchObject({ state: 'revealed' });
  await liar.say({ kind: 'claim', epochs: [hour] });
  expect(liar.last('hour')).toMatchObject({ state: 'paid', amount: '0' });
});

test('openings that show nothing are refused with the contract’s reason, and may come again', async () => {
  const lied = world.epoch;
  liar.receipt(lied, next, world.range(liar, 200, 100));
  await world.live(lied + 1, 2);
  await liar.hour(lied, [next]);
  await world.live(lied + 2, 1);
  const { value, samples } = liar.last('challenge')!;
  await liar.say({ kind: 'openings', epoch: lied, openings: Array.from({ length: samples }, () => 'AAAA') });
  expect(liar.last('asked')).toMatchObject({ about: { kind: 'openings', epoch: lied }, state: 'refused', why: ['BadOpening'] });
  await liar.show(lied, value, samples);
  expect(liar.last('asked')).toMatchObject({ about: { kind: 'openings', epoch: lied }, state: 'done' });
});

test('who cannot show an hour loses it, is on probation again, and can say something about it', async () => {
  const lied = world.epoch;
  liar.receipt(lied, next, world.range(liar, 400, 100));
  await world.live(lied + 1, 2);
  await liar.hour(lied, [next]);
  await world.live(lied + 3);
  const { deadline } = liar.last('challenge')!;
  await world.live(deadline!, 30);
  expect(liar.last('hour')).toMatchObject({ epoch: lied, state: 'attested' });
  await world.live(deadline! + 1, 30);
  expect(liar.last('hour')).toMatchObject({ epoch: lied, state: 'lost', why: ['not-arrived', 'sums-differ'] });
  expect(liar.last('standing')).toMatchObject({ caught: 1, probationUntil: deadline! + 1 });

  await liar.say({ kind: 'appeal', epoch: lied, text: 'The mast was struck by lightning.' });
  expect(liar.last('asked')).toEqual({ kind: 'asked', about: { kind: 'appeal', epoch: lied }, state: 'taken' });
  const [newest] = await caughtView(world.database.db, 1);
  expect(newest).toMatchObject({ node: liar.id, epoch: lied, state: 'lost', appeal: 'The mast was struck by lightning.', answer: null });
  expect(await world.rewards.answerAppeal(liar.id, lied, 'Nothing of it ever arrived.')).toBe(true);
  expect(await world.rewards.answerAppeal(liar.id, lied + 1, 'x')).toBe(false);
  expect(liar.last('asked')).toMatchObject({ state: 'done', text: 'Nothing of it ever arrived.' });
});

test('who leaves a demand unanswered is asked for every hour until it answers', async () => {
  const challenged = async (epoch: number, arrives: boolean): Promise<readonly string[] | undefined> => {
    const range = world.range(liar, epoch * 1000, 100);
    if (arrives) await world.arrive(liar, [range]);
    liar.receipt(epoch, next, range);
    await world.live(epoch + 1, 2);
    await liar.hour(epoch, [next]);
    await world.live(epoch + 2);
    const last = liar.last('challenge');
    return last?.epoch === epoch ? last.why : undefined;
  };
  const lied = world.epoch;
  expect(await challenged(lied, false)).toEqual(['sums-differ']);
  const { value, samples } = liar.last('challenge')!;
  expect(await challenged(world.epoch, true)).toBeUndefined();
  await world.live(lied + 2 + 7);
  expect(await challenged(world.epoch, true)).toEqual(['no-answer']);
  await show(liar);
  await liar.show(lied, value, samples);
  expect(await challenged(world.epoch, true)).toBeUndefined();
});
