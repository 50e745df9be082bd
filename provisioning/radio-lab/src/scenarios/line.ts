import { Lock } from '@energymesh/e2e/harness/lock';
import { percentile } from '@energymesh/figures';
import { lineOf } from '../guest/air.ts';
import { roundTripsMs } from '../guest/ping.ts';
import { allDelivered, latenciesMs } from './deliveries.ts';
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

    lab.step('batman-adv alone: 20 pings over three hops');
    const ping = await village.radio('a').inside('ping', '-c', '20', '-i', '0.2', village.radio('d').address);
    const batman = percentile(roundTripsMs(ping), 0.5);
    lab.latency({ figure: 'lab.line.batmanRoundTripMsP50', value: batman, unit: 'ms', rounds: roundTripsMs(ping).length });

    lab.step('telemetry up');
    const meter = await village.publisher('meter-1');
    const from = meter.sent + 1;
    for (let i = 0; i < 20; i++) await meter.publish({ powerW: 731.5 });
    await allDelivered(lab, village, meter, 'line');
    lab.latency({ figure: 'lab.line.upMsP50', value: Math.round(percentile(latenciesMs(village, 'meter-1', from), 0.5)), unit: 'ms', rounds: 20 });

    lab.step('a command down, its answer up');
    const lock = await Lock.open(village, 'lock-1');
    const roundTrips: number[] = [];
    for (let i = 1; i <= 10; i++) {
      const id = `line-${i}`;
      const sentAt = performance.now();
      await village.community.hub.command('lock-1', { id, action: i % 2 ? 'unlock' : 'lock' }, 60);
      await lock.answered(village, id);
      const answer = village.observer.unique('lock-1', 'answer').find((s) => (JSON.parse(s.payload) as { command: string }).command === id)!;
      roundTrips.push(answer.at - sentAt);
    }
    lab.must('every command was answered, each carried out once', lock.commands.join() === roundTrips.map((_, i) => `line-${i + 1}`).join());
    lab.latency({
      figure: 'lab.line.commandRoundTripMsP50',
      value: Math.round(percentile(roundTrips, 0.5)),
      unit: 'ms',
      rounds: 10,
      peer: 'batman-adv ping',
      ratio: Math.round(percentile(roundTrips, 0.5) / batman),
    });
  },
};
