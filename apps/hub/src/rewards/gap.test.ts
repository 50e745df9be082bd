import { memberMessage, registerMessage } from '@energymesh/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startsMsMax } from '../hub.fixture.ts';
import { allRewardNodes } from '../store/rewards/nodes.ts';
import { RewardsWorld } from './rewards.fixture.ts';

vi.setConfig({ testTimeout: startsMsMax });
let world: RewardsWorld;
beforeAll(async () => {
  world = await RewardsWorld.open({ retentionLedgers: 300 });
}, startsMsMax);
afterAll(() => world[Symbol.asyncDispose]());

test('what happened while the hub was away for longer than the server remembers is asked of the contract', async () => {
  world.enrol('meter-1');
  const [relay, next, late] = [await world.node(), await world.node(), await world.node()];
  for (const node of [relay, next]) await node.register(await world.wallet(node.id));
  const hours = [world.epoch, world.epoch + 1];
  for (const hour of hours) {
    await world.arrive(relay, [world.range(relay, hour, 1)]);
    relay.receipt(hour, next, world.range(relay, hour, 1));
    await world.live(hour + 1, 2);
    await relay.hour(hour, [next]);
  }
  await world.live(hours[1]! + 4);
  expect(relay.last('hour')).toMatchObject({ epoch: hours[1], state: 'attested' });

  // The hub is away; others bring what it would have brought.
  const { call } = world.rewards.ledger.wallet;
  await world.bring(call('claim', relay.publicKey, [hours[0]!]));
  const payout = await world.wallet('late');
  const signature = late.sign(registerMessage(world.domain, { node: late.publicKey, nonce: 7, payout }));
  await world.bring(call('register', late.publicKey, payout, 7, world.keys.sign(memberMessage(world.domain, late.publicKey)), signature));
  const { epoch } = world;
  world.net.advance(40 * 60, 480);
  await world.start();
  await world.live(epoch + 42);

  expect(world.rewards.hindrance).toBeUndefined();
  expect((await allRewardNodes(world.database.db)).find(({ node }) => node === late.id)).toMatchObject({ payout, nonce: 7, caught: 0 });
  expect(late.last('standing')).toMatchObject({ registered: true, nonce: 7, payout });
  relay.told.splice(0);
  await relay.say({ kind: 'claim', epochs: hours });
  // The one that others claimed is over; the other is paid now.
  expect(relay.told.filter(({ kind }) => kind === 'hour').map((told) => 'epoch' in told && told.epoch)).toEqual([hours[0], hours[1]]);
  expect(relay.last('asked')).toMatchObject({ about: { kind: 'claim', epochs: [hours[1]] }, state: 'done' });
  expect(relay.last('hour')).toMatchObject({ epoch: hours[1], state: 'paid' });
});
