import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Community } from '@energymesh/e2e/community/community';
import { until } from '@energymesh/e2e/community/until';
import { Operator } from '@energymesh/e2e/harness/operator';
import { type Edge, lineOf } from '../guest/air.ts';
import { Door } from '../guest/door.ts';
import { RadioNode } from '../guest/radio-node.ts';
import { run } from '../guest/run.ts';
import { hubFlags, program } from '../guest/village.ts';
import { hubFolders } from '../hub-folder.ts';
import type { Scenario } from './scenario.ts';

const [otherMesh, sameMesh] = [6, 7];
const air: readonly Edge[] = [...lineOf(0, 1, 2, 3), [3, otherMesh], [3, sameMesh]];
const watchedMs = 90_000;

export const foreign: Scenario = {
  name: 'foreign',
  what: "a foreign mesh beside ours on the same channel: no peer; and another community's agent inside our mesh: a radio peer, but no link",
  short: false,
  secondsMax: 400,
  async run(lab, around) {
    const village = await around.village(air);
    const d = village.radio('d');
    const other = new RadioNode(otherMesh, lab.dir);
    const inside = new RadioNode(sameMesh, lab.dir);
    for (const radio of [other, inside]) await radio.create();
    await other.joinMesh({ id: 'somebody-elses', password: 'their own password' });
    await inside.joinMesh();
    await until("the other community's radio to be a peer", 120_000, () => inside.peeredWith(d), 1000);
    lab.must("a radio of another community with our mesh's password is a radio peer", true);

    lab.step('another community: its hub and its node on that radio');
    const operator = await Operator.of(village.agent('d'));
    const linksBefore = (await village.agent('d').health())!.neighbours;
    const refused = async (): Promise<number> => (await operator.counters())['mesh.beacon-foreign'] ?? 0;
    const before = await refused();
    const { through, namespace } = inside;
    mkdirSync('/run/strangers');
    await run('cp', '-r', join(lab.dir, hubFolders.foreign), '/run/strangers/hub');
    const stranger = await Community.prepare({
      layout: { nodes: [{ key: 'x', name: 'Stranger', gateway: true }], edges: [], devices: [] },
      dir: '/run/strangers',
      program,
      readyMsMax: 240_000,
      progress: (line) => lab.step(line),
      places: { hub: { through, address: '127.0.0.1', flags: hubFlags }, node: () => ({ through, segments: [{ type: 'interface', name: inside.wlan }] }) },
    });
    const x = stranger.agent('x');
    const doors = await Promise.all([stranger.hub.ports.http, x.ports.http].map((port) => Door.open(through, namespace, port, `${lab.dir}/doors.log`)));
    try {
      await stranger.start();
      await until('its beacons to be heard and refused', 120_000, async () => (await refused()) > before, 1000);
      await delay(watchedMs);
      const mine = (await village.agent('d').health())!.neighbours;
      lab.must('it has no link', (await x.health())?.neighbours === 0);
      lab.must('our node has the links that it had', mine === linksBefore, `${mine}, was ${linksBefore}`);
      lab.must('it is a radio peer all the while', (await d.peeredWith(inside)) && (await inside.pings(d.address, 5)));
      lab.must('the foreign mesh has no peer of ours', !(await other.peeredWith(d)) && !(await d.peeredWith(other)) && !(await other.pings(d.address)));
      lab.figure({ figure: 'lab.foreign.beaconsRefused', value: (await refused()) - before, unit: 'beacons' });
    } finally {
      await operator.close();
      await stranger.stop();
      for (const door of doors) await door[Symbol.asyncDispose]();
      for (const radio of [other, inside]) await radio.leaveMesh();
    }
  },
};
