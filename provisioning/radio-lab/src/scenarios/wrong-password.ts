import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@energymesh/e2e/community/until';
import { type Edge, lineOf } from '../guest/air.ts';
import { labMesh, RadioNode } from '../guest/radio-node.ts';
import type { Scenario } from './scenario.ts';

const stranger = 5;
const air: readonly Edge[] = [...lineOf(0, 1, 2, 3), [3, stranger]];
const watchedMs = 60_000;

export const wrongPassword: Scenario = {
  name: 'wrong-password',
  what: 'a radio with the right mesh id and a wrong SAE password: no peer',
  short: false,
  secondsMax: 300,
  async run(lab, around) {
    const village = await around.village(air);
    const d = village.radio('d');
    const radio = new RadioNode(stranger, lab.dir);
    await radio.create();
    lab.step('first with the right password');
    await radio.joinMesh();
    await until('the peering', 120_000, () => radio.peeredWith(d), 1000);
    lab.must('with the right password it is a peer', await d.peeredWith(radio));
    await radio.leaveMesh();
    await until('the peering to end', 120_000, async () => !(await d.peeredWith(radio)), 1000);

    lab.step('then with a wrong one');
    await radio.joinMesh({ ...labMesh, password: 'four herons by the weir' });
    const refusals = (): number => readFileSync(radio.supplicantLog, 'utf8').split('MESH-SAE-AUTH-FAILURE').length - 1;
    await until('SAE to refuse it', 120_000, () => refusals() > 0, 1000);
    lab.step(`watching for ${watchedMs / 1000} s`);
    const end = performance.now() + watchedMs;
    let peered = 0;
    while (performance.now() < end) {
      if ((await radio.peeredWith(d)) || (await d.peeredWith(radio))) peered++;
      await delay(2000);
    }
    lab.must('it never became a peer', peered === 0, `seen ${peered} times`);
    lab.must('nothing answers it through batman-adv', !(await radio.pings(d.address)));
    lab.figure({ figure: 'lab.wrongPassword.refusals', value: refusals(), unit: 'refusals' });
    await radio.leaveMesh();
  },
};
