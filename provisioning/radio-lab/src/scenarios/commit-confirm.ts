import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@energymesh/e2e/community/until';
import { Operator } from '@energymesh/e2e/harness/operator';
import type { Publisher } from '@energymesh/e2e/harness/publisher';
import type { NetworkStateInput } from '@energymesh/network';
import type { InstalledNode } from '../guest/installed.ts';
import type { Lab } from '../guest/lab.ts';
import { labMesh } from '../guest/radio-node.ts';
import type { Village } from '../guest/village.ts';
import { allDelivered, longestSilenceMs } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

const perSecond = 10;
/** The shortest that energymesh-netd allows. */
const confirmWithinSeconds = 30;
/** Until a change that nobody confirms has surely gone back, and traffic flows again. */
const watchedSeconds = 90;
const fasterMs = 500;

export const commitConfirm: Scenario = {
  name: 'commit-confirm',
  what: 'node b as installed, on the way of all traffic: a network change that cuts it off is undone by itself, a confirmed one stays, and a power cut decides nothing',
  short: false,
  secondsMax: 1200,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    const meter = await village.publisher('meter-1');
    const radio = village.radio('b');
    const good = radio.state(labMesh);
    const faster: NetworkStateInput = { ...good, mesh: { ...good.mesh!, batman: { originatorIntervalMs: fasterMs } } };

    lab.step('node b: systemd and energymesh-netd in the place of what the lab did for its radio');
    const started = performance.now();
    const node = await village.install('b', good);
    try {
      await village.start('b');
      await village.connected();
      lab.figure({ figure: 'lab.commitConfirm.bootMs', value: Math.round(performance.now() - started), unit: 'ms' });
      lab.must('the network that it found at its first boot is in force and confirmed', node.status()?.phase === 'confirmed', JSON.stringify(node.status()));
      let operator = await Operator.of(village.agent('b'));
      const propose = async (state: NetworkStateInput): Promise<string> => {
        const answer = await operator.page.client.network.propose.mutate({ state: state as unknown as Record<string, unknown>, confirmWithinSeconds });
        if (answer.id === undefined) throw new Error(`the state was refused: ${JSON.stringify(answer)}`);
        return answer.id;
      };

      const bad = {
        wrongPassword: { ...good, mesh: { ...good.mesh!, passphrase: 'four herons by the weir' } },
        wrongChannel: { ...good, mesh: { ...good.mesh!, channel: 11 } },
      };
      for (const [name, state] of Object.entries(bad)) {
        lab.step(`${name}: nobody can confirm it, since nobody reaches the node`);
        await overChange(lab, village, meter, name, async () => {
          const id = await propose(state);
          await waiting(node, id);
          lab.must(`${name}: the node has lost its way`, !(await radio.pings(village.radio('c').address)));
          return id;
        });
        const [last] = node.status()?.recent ?? [];
        lab.must(`${name}: it went back by itself`, node.status()?.phase === 'confirmed' && last?.result === 'reverted', JSON.stringify(last));
        lab.must(`${name}: because nobody confirmed`, last?.reason.includes('nobody confirmed') ?? false, last?.reason);
      }

      lab.step('a good change');
      await overChange(lab, village, meter, 'confirmed', async () => {
        const id = await propose(faster);
        await waiting(node, id);
        await village.connected();
        await operator.page.client.network.confirm.mutate({ id });
        await until('the confirmation', 30_000, () => node.status()?.phase === 'confirmed');
        return id;
      });
      lab.must('it is in force', (await intervalMs(node)) === fasterMs);

      lab.step('power cut: what was confirmed stays');
      await operator.close();
      await powerCut(village, node);
      operator = await Operator.of(village.agent('b'));
      lab.must('it is in force after the power cut', (await intervalMs(node)) === fasterMs);

      lab.step('power cut while a change waits to be confirmed: it goes back');
      await waiting(node, await propose(bad.wrongChannel));
      await powerCut(village, node);
      const [last] = node.status()?.recent ?? [];
      lab.must('it went back as the machine started', last?.result === 'reverted' && last.reason.includes('started anew'), JSON.stringify(last));
      lab.must('what was confirmed is in force', (await intervalMs(node)) === fasterMs);
      await meter.stream(perSecond, 5);
      await allDelivered(lab, village, meter, 'commitConfirm');
      await operator.close();
    } finally {
      await village.uninstall('b', node);
    }
    await village.connected();
  },
};

/** Traffic over a change; the figure is how long nothing arrived. */
async function overChange(lab: Lab, village: Village, meter: Publisher, name: string, change: () => Promise<string>): Promise<void> {
  const streaming = meter.stream(perSecond, watchedSeconds);
  await delay(5000);
  const from = performance.now();
  await change();
  await streaming;
  await allDelivered(lab, village, meter, `commitConfirm.${name}`);
  lab.figure({ figure: `lab.commitConfirm.${name}OutageMs`, value: longestSilenceMs(village, meter.device, from), unit: 'ms' });
}

const waiting = (node: InstalledNode, id: string): Promise<void> =>
  until(`change ${id} to wait for its confirmation`, 60_000, () => {
    const status = node.status();
    const outcome = status?.recent.find((one) => one.id === id);
    if (outcome && outcome.result !== 'waiting') throw new Error(`the change was ${outcome.result}: ${outcome.reason}`);
    return status?.phase === 'waiting' && status.waiting?.id === id;
  });

/** The whole node: what its agent and its system had not synced is gone. */
async function powerCut(village: Village, node: InstalledNode): Promise<void> {
  await village.agent('b').child.kill();
  await node.cutPower();
  await village.loseUnsynced('b');
  await node.boot();
  await village.start('b');
  await village.connected();
}

const intervalMs = async (node: InstalledNode): Promise<number> => Number((await node.inside('batctl', 'meshif', 'bat0', 'orig_interval')).trim());
