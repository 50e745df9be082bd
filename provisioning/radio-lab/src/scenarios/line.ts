import { Lock } from '@energymesh/e2e/harness/lock';
import { lineOf } from '../guest/air.ts';
import { allDelivered } from './deliveries.ts';
import type { Scenario } from './scenario.ts';

/** Node a to d. */
export const lineAir = lineOf(0, 1, 2, 3);

export const line: Scenario = {
  name: 'line',
  what: 'four nodes in a line: a device at the first, the backend behind the last; telemetry up, a command down and its answer',
  short: true,
  secondsMax: 300,
  async run(lab, around) {
    const village = await around.village(lineAir);
    const linked = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await village.agent(key).health())?.neighbours));
    lab.must('links are between radio neighbours only: 1, 2, 2, 1', linked.join() === '1,2,2,1', linked.join());
    lab.must(
      'node a hands to b, b to c, c to d',
      (await village.nextHop('a')) === 'b' && (await village.nextHop('b')) === 'c' && (await village.nextHop('c')) === 'd',
    );

    lab.step('telemetry up');
    const meter = await village.publisher('meter-1');
    for (let i = 0; i < 20; i++) await meter.publish({ powerW: 731.5 });
    await allDelivered(lab, village, meter, 'line');

    lab.step('a command down, its answer up');
    const lock = await Lock.open(village, 'lock-1');
    const ids = Array.from({ length: 10 }, (_, i) => `line-${i + 1}`);
    for (const [i, id] of ids.entries()) {
      await village.community.hub.command('lock-1', { id, action: i % 2 ? 'lock' : 'unlock' }, 60);
      await lock.answered(village, id);
    }
    lab.must('every command was answered, each carried out once', lock.commands.join() === ids.join());
  },
};
