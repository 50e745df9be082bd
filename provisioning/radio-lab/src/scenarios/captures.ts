import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { Lock } from '@energymesh/e2e/harness/lock';
import { Operator, operatorPassphrase } from '@energymesh/e2e/harness/operator';
import { type Edge, lineOf } from '../guest/air.ts';
import { plugIn, unplug } from '../guest/cable.ts';
import { type Canaries, countIn } from '../guest/canaries.ts';
import { Capture } from '../guest/capture.ts';
import { Door } from '../guest/door.ts';
import type { Lab } from '../guest/lab.ts';
import { labMesh, RadioNode } from '../guest/radio-node.ts';
import { run } from '../guest/run.ts';
import { nameOf, type Village } from '../guest/village.ts';
import { allDelivered } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

/** Radios of the open mesh that the control uses. */
const [openA, openB] = [11, 12];
const openAir: Edge = [openA, openB];
/** c and d do not hear each other: an Ethernet cable is between them. */
const air: readonly Edge[] = [...lineOf(0, 1, 2), openAir];
const telemetry = 'canary-telemetry-7204416398';
const command = 'canary-command-5518820937';

export const captures: Scenario = {
  name: 'captures',
  what: 'what is on the air, on Ethernet between nodes and on the uplink: no canary in any; with encryption off each is found',
  short: false,
  secondsMax: 420,
  async run(lab, around) {
    const village = await around.village(lineAir);
    lab.air(air);
    await village.apart('c', 'd');
    const [c, d] = [village.radio('c'), village.radio('d')];
    // Plugged in while the agents run: their segment `eth1` waits for it.
    await plugIn('eth1', c, '10.78.0.1', d, '10.78.0.2');
    await until('a link between c and d by Ethernet', 120_000, async () => (await village.nextHop('c')) === 'd');
    await village.connected();
    const canaries: Canaries = { telemetry, command, report: nameOf('b'), saePassphrase: labMesh.password!, operatorPassphrase };
    const log = join(lab.dir, 'tcpdump.log');
    await run('ip', 'link', 'set', 'hwsim0', 'up');
    const listen = async (what: string): Promise<Capture[]> => [
      await Capture.start('air', join(lab.dir, `air-${what}.pcap`), [], 'hwsim0', log),
      await Capture.start('ethernet', join(lab.dir, `ethernet-${what}.pcap`), c.through, 'eth1', log),
      await Capture.start('uplink', join(lab.dir, `uplink-${what}.pcap`), d.through, 'eth0', log),
    ];

    lab.step('traffic of every kind, with the canaries in it');
    const encrypted = await listen('encrypted');
    const reports = async (): Promise<number> => (await village.community.hub.reports((await village.agent('b').health())!.node)).length;
    const reportsBefore = await reports();
    const meter = await village.publisher('meter-1');
    for (let i = 0; i < 50; i++) await meter.publish({ note: telemetry });
    const lock = await Lock.open(village, 'lock-1');
    await village.community.hub.command('lock-1', { id: command, action: 'lock' }, 60);
    await lock.answered(village, command);
    await operatorFromAfar(village);
    await rejoin(village);
    await until('two reports of node b', 120_000, async () => (await reports()) >= reportsBefore + 2);
    await allDelivered(lab, village, meter, 'captures');
    await judge(lab, encrypted, canaries, (count) => count === 0, '0 times');

    lab.step('control: the same words, with encryption off');
    const [from, to] = [new RadioNode(openA, lab.dir), new RadioNode(openB, lab.dir)];
    for (const radio of [from, to]) {
      await radio.create();
      await radio.joinMesh({ id: 'open-mesh', password: undefined });
    }
    await until('the open mesh', 120_000, () => from.pings(to.address));
    const open = await listen('open');
    writeFileSync('/run/canaries.txt', Object.values(canaries).join('\n'));
    for (const [at, address] of [
      [from, to.address],
      [c, '10.78.0.2'],
      [d, '10.77.0.1'],
    ] as const)
      await at.inside('socat', '-u', 'OPEN:/run/canaries.txt', `UDP4-SENDTO:${address}:9999`);
    await judge(lab, open, canaries, (count) => count > 0, 'found');
    for (const radio of [from, to]) await radio.leaveMesh();
    await unplug('eth1', c);
  },
};

async function judge(lab: Lab, taken: readonly Capture[], canaries: Canaries, right: (count: number) => boolean, words: string): Promise<void> {
  for (const capture of taken) {
    const bytes = await capture.stop();
    const counts = countIn(capture.file, canaries);
    const kind = words === 'found' ? 'control' : 'encrypted';
    lab.figure({ figure: `lab.captures.${kind}.${capture.name}Bytes`, value: bytes, unit: 'bytes' });
    lab.figure({ figure: `lab.captures.${kind}.${capture.name}Canaries`, value: Object.values(counts).reduce((a, b) => a + b, 0), unit: 'times' });
    lab.must(`something was recorded: ${capture.name}`, bytes > 1000 || words === 'found', `${bytes} bytes`);
    for (const [name, count] of Object.entries(counts)) lab.must(`${capture.name}: ${name} ${words}`, right(count), `${count} times`);
  }
}

/** The operator of node d claims it from a machine on the uplink's side: plain HTTP, over Ethernet. */
async function operatorFromAfar(village: Village): Promise<void> {
  const agent = village.agent('d');
  const hub = ['ip', 'netns', 'exec', 'hub'] as const;
  const port = agent.ports.http + 20_000;
  await using _door = await Door.open(hub, 'hub', port, '/run/operator.log', `10.77.0.2:${agent.ports.http}`);
  const operator = await Operator.of(agent, `http://127.0.0.1:${port}`);
  await operator.counters();
  await operator.close();
}

/** Node a leaves the mesh and joins it again, so that a whole SAE handshake is in the capture. */
async function rejoin(village: Village): Promise<void> {
  const a = village.radio('a');
  await a.leaveMesh();
  await a.joinMesh();
  await until('a to be back', 120_000, () => a.peeredWith(village.radio('b')));
  await village.connected();
}
