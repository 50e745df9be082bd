import { setTimeout as delay } from 'node:timers/promises';
import { allDelivered, outageFrom } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

const [perSecond, seconds] = [10, 75];

export const fallback: Scenario = {
  name: 'fallback',
  what: "in a line the agent of node b is killed, its radio goes on: a has no neighbour left, and batman-adv's bat0 carries its link to a node further away",
  short: false,
  secondsMax: 400,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    await village.withFallback(true);
    try {
      const linked = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await village.agent(key).health())?.neighbours));
      lab.must('while there are radio neighbours, links are with these only', linked.join() === '1,2,2,1', linked.join());
      const meter = await village.publisher('meter-1');
      const streaming = meter.stream(perSecond, seconds);
      await delay(5000);
      await village.agent('b').child.kill();
      const killedAt = Date.now();
      lab.figure({ figure: 'lab.fallback.outageMs', value: await outageFrom(village, meter, killedAt, 120_000), unit: 'ms' });
      const next = await village.nextHop('a');
      lab.must('node a has a link with a node that its radio does not hear', next === 'c' || next === 'd', String(next));
      await streaming;
      await allDelivered(lab, village, meter, 'fallback');
      await village.start('b');
    } finally {
      await village.withFallback(false);
    }
  },
};
