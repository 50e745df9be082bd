import { setTimeout as delay } from 'node:timers/promises';
import { lineOf } from '../guest/air.ts';
import { allDelivered, outageFrom } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

const [perSecond, seconds] = [20, 90];

export const partition: Scenario = {
  name: 'partition',
  what: 'the air between b and c is gone for 90 s under traffic; the backlog arrives after it',
  short: false,
  secondsMax: 420,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    const meter = await village.publisher('meter-1');
    await meter.stream(perSecond, 5);
    await allDelivered(lab, village, meter, 'partition.before');
    lab.air([...lineOf(0, 1), ...lineOf(2, 3)]);
    await meter.stream(perSecond, seconds);
    const backlog = meter.acknowledged.size - village.observer.unique('meter-1', 'telemetry').length;
    lab.figure({ figure: 'lab.partition.backlog', value: backlog, unit: 'messages' });
    lab.must('nearly all of it waited', backlog > (perSecond * seconds * 9) / 10, `${backlog}`);
    lab.air(lineAir);
    const healedAt = Date.now();
    const from = performance.now();
    // On a virtual clock it would be published in the very millisecond of the healing.
    await delay(1);
    await meter.publish();
    lab.figure({ figure: 'lab.partition.firstMs', value: await outageFrom(village, meter, healedAt, 180_000), unit: 'ms' });
    await allDelivered(lab, village, meter, 'partition');
    lab.figure({ figure: 'lab.partition.drainedMs', value: Math.round(performance.now() - from), unit: 'ms' });
  },
};
