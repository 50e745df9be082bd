import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@energymesh/e2e/community/until';
import type { Publisher } from '@energymesh/e2e/harness/publisher';
import { type Edge, without } from '../guest/air.ts';
import type { Lab } from '../guest/lab.ts';
import { outageMs, repliesAt } from '../guest/ping.ts';
import type { Village } from '../guest/village.ts';
import { allDelivered, outageFrom } from './deliveries.ts';
import type { Scenario } from './scenario.ts';

/** Node a reaches d through b or through c. */
const diamondAir: readonly Edge[] = [
  [0, 1],
  [1, 3],
  [0, 2],
  [2, 3],
];
const perSecond = 20;
const pingEveryMs = 100;

export const diamond: Scenario = {
  name: 'diamond',
  what: "two ways from a to d: the middle node's radio is killed, then its process with what it had not synced, then that of the device's own node",
  short: true,
  secondsMax: 420,
  async run(lab, around) {
    const village = await around.village(diamondAir);
    const meter = await village.publisher('meter-1');
    await standing(village);

    lab.step('batman-adv alone: the radio on its way is killed');
    lab.figure({ figure: 'lab.diamond.batmanRadioKilledMs', value: await batmanOutage(lab, village), unit: 'ms' });
    await standing(village);

    await overFault(lab, village, meter, 'radioKilled', async (middle) => {
      lab.air(without(diamondAir, [village.radio(middle).index]));
      return async () => lab.air(diamondAir);
    });
    await standing(village);
    await overFault(lab, village, meter, 'powerCut', async (middle) => {
      await village.agent(middle).child.kill();
      return async () => {
        await village.loseUnsynced(middle);
        await village.start(middle);
      };
    });
    await standing(village);

    lab.step("the device's own node loses its power");
    const before = meter.acknowledged.size;
    const streaming = meter.stream(perSecond, 15);
    await until('traffic to flow', 60_000, () => meter.acknowledged.size > before + 2 * perSecond);
    await village.cutPower('a');
    await village.start('a');
    await streaming;
    await allDelivered(lab, village, meter, 'diamond.ownNodePowerCut', true);
  },
};

/** Every peering and both ways of a are there again. */
async function standing(village: Village): Promise<void> {
  await until('all four links', 180_000, async () => {
    const linked = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await village.agent(key).health())?.neighbours));
    return linked.join() === '2,2,2,2';
  });
  await village.connected();
}

/** Streams over the fault of the relay in use, and mends it after. */
async function overFault(lab: Lab, village: Village, meter: Publisher, name: string, fault: (middle: string) => Promise<() => Promise<void>>): Promise<void> {
  const middle = await village.nextHop('a');
  if (middle === undefined) throw new Error('node a has no next hop');
  lab.step(`${name}: node ${middle}, which is on the way`);
  const before = village.observer.seen.length;
  const streaming = meter.stream(perSecond, 30);
  await until('traffic to flow', 60_000, () => village.observer.seen.length > before + 2 * perSecond);
  const mend = await fault(middle);
  const faultAt = Date.now();
  const outage = await outageFrom(village, meter, faultAt, 60_000);
  lab.figure({ figure: `lab.diamond.${name}Ms`, value: outage, unit: 'ms' });
  await streaming;
  await allDelivered(lab, village, meter, `diamond.${name}`);
  await mend();
}

/** Pings from a to d over the death of the radio that batman-adv uses. */
async function batmanOutage(lab: Lab, village: Village): Promise<number> {
  const [a, d] = [village.radio('a'), village.radio('d')];
  const mac = await a.nextHopTo(d);
  const middle = [...village.radios.values()].find((radio) => radio.mac === mac);
  if (!middle) throw new Error('batman-adv knows no way from a to d');
  const pings = a.inside('ping', '-D', '-i', String(pingEveryMs / 1000), '-W', '1', '-w', '30', d.address);
  await delay(5000);
  const faultAt = Date.now();
  lab.air(without(diamondAir, [middle.index]));
  const outage = outageMs(repliesAt(await pings), faultAt, 3 * pingEveryMs);
  lab.air(diamondAir);
  return outage;
}
