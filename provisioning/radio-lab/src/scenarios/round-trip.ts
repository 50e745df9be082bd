import { Lock } from '@energymesh/e2e/harness/lock';
import { percentile } from '@energymesh/figures';
import { roundTripsMs } from '../guest/ping.ts';
import { allDelivered, latenciesMs } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

const messages = 40;
const commands = 20;

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

export const roundTrip: Scenario = {
  name: 'round-trip',
  what: 'over three hops, on a real clock: a ping by batman-adv alone, telemetry up, a command and its answer',
  short: false,
  secondsMax: 300,
  clock: 'real',
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    lab.step('batman-adv alone');
    const ping = await village.radio('a').inside('ping', '-c', '40', '-i', '0.2', village.radio('d').address);
    const batman = percentile(roundTripsMs(ping), 0.5);
    lab.figure({ figure: 'lab.roundTrip.batmanMsP50', value: batman, unit: 'ms', rounds: roundTripsMs(ping).length });

    lab.step('telemetry up');
    const meter = await village.publisher('meter-1');
    const from = meter.sent + 1;
    for (let i = 0; i < messages; i++) await meter.publish({ powerW: 731.5 });
    await allDelivered(lab, village, meter, 'roundTrip');
    lab.figure({ figure: 'lab.roundTrip.upMsP50', value: tenths(percentile(latenciesMs(village, 'meter-1', from), 0.5)), unit: 'ms', rounds: messages });

    lab.step('a command down, its answer up');
    const lock = await Lock.open(village, 'lock-1');
    const roundTrips: number[] = [];
    for (let i = 1; i <= commands; i++) {
      const id = `round-trip-${i}`;
      const sentAt = performance.now();
      await village.community.hub.command('lock-1', { id, action: i % 2 ? 'unlock' : 'lock' }, 60);
      await lock.answered(village, id);
      const answer = village.observer.unique('lock-1', 'answer').find((s) => (JSON.parse(s.payload) as { command: string }).command === id)!;
      roundTrips.push(answer.at - sentAt);
    }
    lab.must('every command was answered', roundTrips.length === commands);
    const commandMs = tenths(percentile(roundTrips, 0.5));
    const ratio = Math.round(commandMs / batman);
    lab.figure({ figure: 'lab.roundTrip.commandMsP50', value: commandMs, unit: 'ms', rounds: commands, peer: 'batman-adv ping', ratio });
  },
};
