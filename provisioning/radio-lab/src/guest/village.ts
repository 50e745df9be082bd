import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProcess } from '@energymesh/e2e/community/agent-process';
import { Community } from '@energymesh/e2e/community/community';
import type { LayoutDevice } from '@energymesh/e2e/community/layout';
import { built } from '@energymesh/e2e/community/program';
import { until } from '@energymesh/e2e/community/until';
import { Observer } from '@energymesh/e2e/harness/observer';
import { Publisher } from '@energymesh/e2e/harness/publisher';
import { hubFolders } from '../hub-folder.ts';
import type { Edge } from './air.ts';
import { Disk } from './disk.ts';
import { Door } from './door.ts';
import type { Lab } from './lab.ts';
import { RadioNode } from './radio-node.ts';
import { run } from './run.ts';

/** As the guest sees the repository. */
export const program = built('/repo');
/** Of the hub itself, whatever wire leads there. */
export const hubAddress = '10.99.0.1';
const startMsMax = 240_000;

/** Nodes a to d are there from the start: devices at a, the backend behind d. Node e joins in a scenario of its own. */
const keys = ['a', 'b', 'c', 'd', 'e'] as const;
type Key = (typeof keys)[number];
const devices: readonly LayoutDevice[] = [
  { id: 'meter-1', role: 'meter', at: 'a' },
  { id: 'lock-1', role: 'lock', at: 'a' },
  { id: 'esp-1', role: 'meter', at: 'a' },
  { id: 'meter-2', role: 'meter', at: 'e' },
];
/**
 * User-Mode Linux maps every page of a process by itself, and the host allows a process 65,530 mappings: about 250 MB. The hub's database is
 * WebAssembly, whose optimising compiler alone takes more than that; it goes without.
 */
export const hubFlags = ['--liftoff-only', '--single-threaded-gc', '--max-semi-space-size=2', '--max-old-space-size=96'];
/** As it stands in the node's reports. */
export const nameOf = (key: string): string => `Lab cottage ${key} 5309`;
const indexOf = (key: string): number => keys.indexOf(key as Key);

/** The community of the lab: built agents in namespaces with a radio each, the hub on a wire behind node d. */
export class Village implements AsyncDisposable {
  readonly community: Community;
  readonly radios: ReadonlyMap<string, RadioNode>;
  readonly observer: Observer;
  readonly #disks: ReadonlyMap<string, Disk>;
  readonly #doors: readonly Door[];
  /** Where the processes' logs go in the end. */
  readonly #logs: string;
  readonly #publishers = new Map<string, Publisher>();

  private constructor(parts: {
    community: Community;
    radios: Map<string, RadioNode>;
    observer: Observer;
    disks: Map<string, Disk>;
    doors: Door[];
    logs: string;
  }) {
    this.community = parts.community;
    this.radios = parts.radios;
    this.observer = parts.observer;
    this.#disks = parts.disks;
    this.#doors = parts.doors;
    this.#logs = parts.logs;
  }

  /** Radios first, as batman-adv alone would stand; then the hub and the agents on them. Figures tell how long each took. */
  static async open(lab: Lab, edges: readonly Edge[]): Promise<Village> {
    lab.air(edges);
    const radios = new Map(keys.map((key) => [key as string, new RadioNode(indexOf(key), lab.dir)]));
    const first = keys.filter((key) => key !== 'e').map((key) => radios.get(key)!);
    lab.step('radios: joining the mesh');
    for (const radio of radios.values()) await radio.create();
    const started = performance.now();
    await Promise.all(first.map((radio) => radio.joinMesh()));
    const [a, d] = [radios.get('a')!, radios.get('d')!];
    await until('a way from a to d through batman-adv', startMsMax, () => a.pings(d.address), 250);
    lab.figure({ figure: 'lab.start.batmanMs', value: Math.round(performance.now() - started), unit: 'ms' });
    for (const radio of first) await routeThroughGateway(radio);
    await backendWire(d);

    lab.step('disks, hub and agents');
    await Disk.holdBack();
    const dir = '/run/village';
    mkdirSync(dir);
    await run('cp', '-r', join(lab.dir, hubFolders.ours), join(dir, 'hub'));
    const community = await Community.prepare({
      layout: { nodes: keys.map((key) => ({ key, name: nameOf(key), gateway: key === 'd', later: key === 'e' })), edges: [], devices },
      dir,
      program,
      reportEveryMs: 10_000,
      readyMsMax: startMsMax,
      progress: (line) => lab.step(line),
      places: {
        hub: { through: ['ip', 'netns', 'exec', 'hub'], address: hubAddress, flags: hubFlags },
        node: (key) => {
          const radio = radios.get(key)!;
          return {
            through: radio.through,
            segments: [radio.wlan, 'eth1', 'wg-mesh'].map((name) => ({ type: 'interface', name })),
            httpHost: '*',
            devicesHost: '*',
          };
        },
      },
    });
    const disks = new Map<string, Disk>();
    mkdirSync('/run/disks', { recursive: true });
    for (const agent of community.agents.values()) disks.set(agent.node.key, await Disk.create(`/run/disks/${agent.node.key}.img`, agent.dir));
    const log = join(lab.dir, 'doors.log');
    const doors = [
      ...(await Promise.all(
        [...community.agents.values()].flatMap(({ node, ports }) => {
          const { through, namespace } = radios.get(node.key)!;
          return [ports.http, ports.devices].map((port) => Door.open(through, namespace, port, log));
        }),
      )),
      ...(await Promise.all([community.hub.ports.http, community.hub.ports.tools].map((port) => Door.open(['ip', 'netns', 'exec', 'hub'], 'hub', port, log)))),
    ];
    const agentsFrom = performance.now();
    await community.start();
    const observer = await Observer.connect(community.hub.tools, 4);
    const village = new Village({ community, radios, observer, disks, doors, logs: lab.dir });
    await village.connected();
    lab.figure({ figure: 'lab.start.agentsMs', value: Math.round(performance.now() - agentsFrom), unit: 'ms' });
    return village;
  }

  agent(key: string): AgentProcess {
    return this.community.agent(key);
  }

  radio(key: string): RadioNode {
    return this.radios.get(key)!;
  }

  /** Every running node has a way to the gateway. */
  async connected(msMax = 120_000): Promise<void> {
    for (const agent of this.community.agents.values())
      if (agent.running) await until(`node ${agent.node.key} to have a way to the gateway`, msMax, async () => (await agent.health())?.gateway != null, 250);
  }

  /** One for each device, over all scenarios: its messages are numbered on. */
  async publisher(device: string): Promise<Publisher> {
    const publisher = this.#publishers.get(device) ?? (await Publisher.connect(this.community.device(device), this.community.hub.deviceRootPem()));
    this.#publishers.set(device, publisher);
    return publisher;
  }

  /** The node to which `key` sends what is for the backend. */
  async nextHop(key: string): Promise<string | undefined> {
    const next = (await this.agent(key).health())?.nextHop;
    for (const agent of this.community.agents.values()) if (next && agent.running && (await agent.health())?.node === next) return agent.node.key;
    return undefined;
  }

  /** `key` has noticed that its next hop is gone. */
  async apart(key: string, from: string): Promise<void> {
    await until(`${key} and ${from} to be apart`, 60_000, async () => (await this.nextHop(key)) !== from, 250);
  }

  /** The node goes as by a power cut: its process is killed, and what it had not synced is gone. `start` starts it again. */
  async cutPower(key: string): Promise<void> {
    await this.agent(key).child.kill();
    await this.loseUnsynced(key);
  }

  /** The second half of `cutPower`: of a node whose process is gone already. */
  async loseUnsynced(key: string): Promise<void> {
    await this.#disks.get(key)!.cutPower();
  }

  async start(key: string): Promise<void> {
    await this.community.launch(key);
    await this.agent(key).ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const publisher of this.#publishers.values()) await publisher.close();
    await this.observer.close();
    await this.community.stop();
    for (const door of this.#doors) await door[Symbol.asyncDispose]();
    await run('cp', '-r', '/run/village/logs', this.#logs);
  }
}

/** What is not on the mesh is behind node d. */
export async function routeThroughGateway(radio: RadioNode): Promise<void> {
  if (radio.index !== indexOf('d')) await run('ip', '-n', radio.namespace, 'route', 'replace', 'default', 'via', `10.50.0.${indexOf('d') + 1}`);
}

/** The uplink: Ethernet between node d and the hub; node d routes. */
async function backendWire(d: RadioNode): Promise<void> {
  await run('ip', 'netns', 'add', 'hub');
  await run('ip', 'link', 'add', 'eth0', 'netns', d.namespace, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'hub');
  for (const [namespace, address] of [
    [d.namespace, '10.77.0.2'],
    ['hub', '10.77.0.1'],
  ] as const) {
    await run('ip', '-n', namespace, 'link', 'set', 'lo', 'up');
    await run('ip', '-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    await run('ip', '-n', namespace, 'link', 'set', 'eth0', 'up');
  }
  await run('ip', '-n', 'hub', 'address', 'add', `${hubAddress}/32`, 'dev', 'lo');
  await run('ip', '-n', 'hub', 'route', 'add', '10.50.0.0/24', 'via', '10.77.0.2');
  await run('ip', '-n', d.namespace, 'route', 'add', hubAddress, 'via', '10.77.0.1');
  await d.inside('sysctl', '-qw', 'net.ipv4.ip_forward=1');
}
