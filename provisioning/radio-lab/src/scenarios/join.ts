import { writeFileSync } from 'node:fs';
import { until } from '@energymesh/e2e/community/until';
import { type Edge, lineOf } from '../guest/air.ts';
import { routeThroughGateway } from '../guest/village.ts';
import { allDelivered } from './deliveries.ts';
import type { Scenario } from './scenario.ts';

/** Node e hears node a alone: four hops from the backend. */
export const joinAir: readonly Edge[] = lineOf(4, 0, 1, 2, 3);

export const join: Scenario = {
  name: 'join',
  what: 'a node joins from a blank disk, with an invite file and the SAE password, four hops from the backend',
  short: false,
  secondsMax: 300,
  async run(lab, around) {
    const village = await around.village(joinAir);
    const { hub } = village.community;
    const radio = village.radio('e');
    const agent = village.agent('e');
    lab.must('its disk is blank', !agent.enrolled);
    const file = '/run/invite-e.txt';
    writeFileSync(file, await hub.invite(false), { mode: 0o600 });

    const started = performance.now();
    const since = (): number => Math.round(performance.now() - started);
    await radio.joinMesh();
    await routeThroughGateway(radio);
    await until('a way from e to d through batman-adv', 240_000, () => radio.pings(village.radio('d').address), 500);
    lab.figure({ figure: 'lab.join.batmanMs', value: since(), unit: 'ms' });
    agent.invite = file;
    agent.start(hub);
    await agent.ready();
    lab.figure({ figure: 'lab.join.enrolledMs', value: since(), unit: 'ms' });
    await village.connected();
    lab.figure({ figure: 'lab.join.connectedMs', value: since(), unit: 'ms' });
    const meter = await village.publisher('meter-2');
    await meter.stream(5, 4);
    await allDelivered(lab, village, meter, 'join');
    lab.must('its next hop is the node that its radio hears', (await village.nextHop('e')) === 'a');
    await meter.close();
    await agent.stop();
    await radio.leaveMesh();
  },
};
