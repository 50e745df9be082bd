import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProcess } from '@energymesh/e2e/community/agent-process';
import { Community } from '@energymesh/e2e/community/community';
import type { LayoutDevice } from '@energymesh/e2e/community/layout';
import { built } from '@energymesh/e2e/community/program';
import { until } from '@energymesh/e2e/community/until';
import { Observer } from '@energymesh/e2e/harness/observer';
import { Publisher } from '@energymesh/e2e/harness/publisher';
import { type NetworkStateInput, standardOptions } from '@energymesh/network';
import { hubFolders } from '../hub-folder.ts';
import type { Edge } from './air.ts';
import { Disk } from './disk.ts';
import { Door } from './door.ts';
import { InstalledNode } from './installed.ts';
import type { Lab } from './lab.ts';
import { RadioNode } from './radio-node.ts';
import { run } from './run.ts';

/** As the guest sees the repository. */
export const program = built('/repo');
/** Of the hub itself, whatever wire leads there. */
export const hubAddress = '10.99.0.1';
/** Of the two ends of the cable that is node d's uplink. */
export const uplink = { node: '10.77.0.2', hub: '10.77.0.1' } as const;
const startMsMax = 240_000;
/** Of nodes c and d, where a scenario puts a tunnel between them. */
export const tunnelAddresses = ['10.61.0.3', '10.61.0.4'] as const;

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
  readonly #fallback: { on: boolean };
  readonly #publishers = new Map<string, Publisher>();

  private constructor(parts: {
    community: Community;
    radios: Map<string, RadioNode>;
    observer: Observer;
    disks: Map<string, Disk>;
    doors: Door[];
    fallback: { on: boolean };
    logs: string;
  }) {
    this.community = parts.community;
    this.radios = parts.radios;
    this.observer = parts.observer;
    this.#disks = parts.disks;
    this.#doors = parts.doors;
    this.#fallback = parts.fallback;
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
    const fallback = { on: false };
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
            segments: [
              ...[radio.wlan, 'eth1'].map((name) => ({ type: 'interface', name })),
              // Both ends of the tunnel between c and d.
              { type: 'peers', interface: 'wg-mesh', addresses: tunnelAddresses },
              ...(fallback.on ? [{ type: 'interface', name: 'bat0', fallback: true }] : []),
            ],
            ...(fallback.on ? { more: { fallbackBelow: 1 } } : {}),
            linksPort: standardOptions.ports.links,
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
    const village = new Village({ community, radios, observer, disks, doors, fallback, logs: lab.dir });
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
    const known = this.#publishers.get(device);
    if (known?.closed) await known.reopen();
    const publisher = known ?? (await Publisher.connect(this.community.device(device), this.community.hub.deviceRootPem()));
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

  /** Starts the agents anew, with batman-adv's bat0 as a segment for nodes without any neighbour, or without it. */
  async withFallback(on: boolean): Promise<void> {
    this.#fallback.on = on;
    const running = [...this.community.agents.values()].filter((agent) => agent.running);
    for (const agent of running) await agent.stop();
    await Promise.all(running.map((agent) => this.start(agent.node.key)));
    await this.connected();
  }

  /** Nothing that this node ever knew is left: to the community it is another one. */
  async wipe(key: string): Promise<void> {
    const { dir } = this.agent(key);
    for (const name of readdirSync(dir)) await run('rm', '-rf', join(dir, name));
  }

  /** From now on energymesh-netd does for this node's radio what the lab did; its agent, not started here, asks it for changes. */
  async install(key: string, initial: NetworkStateInput): Promise<InstalledNode> {
    const agent = this.agent(key);
    await agent.stop();
    await this.radio(key).leaveMesh();
    const node = await InstalledNode.create(this.radio(key), this.#logs, initial);
    for (const name of ['requests', 'network.json']) await run('ln', '-sfn', join(node.shared, name), join(agent.dir, name));
    await run('sync', '-f', agent.dir);
    await node.boot().catch(async (error: Error) => {
      await node[Symbol.asyncDispose]();
      throw error;
    });
    return node;
  }

  /** As the lab does it again. Node e stays off, as it was. */
  async uninstall(key: string, node: InstalledNode): Promise<void> {
    await this.agent(key).stop();
    await node[Symbol.asyncDispose]();
    if (key === 'd') await connectUplink(this.radio(key));
    if (key === 'e') return;
    await this.radio(key).joinMesh();
    await routeThroughGateway(this.radio(key));
    await this.start(key);
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
  const hub = (...args: string[]): Promise<string> => run('ip', '-n', 'hub', ...args);
  await run('ip', 'netns', 'add', 'hub');
  await run('ip', 'link', 'add', 'eth0', 'netns', d.namespace, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'hub');
  await hub('link', 'set', 'lo', 'up');
  await hub('link', 'set', 'eth0', 'up');
  await hub('address', 'add', `${uplink.hub}/24`, 'dev', 'eth0');
  await hub('address', 'add', `${hubAddress}/32`, 'dev', 'lo');
  await hub('route', 'add', '10.50.0.0/24', 'via', uplink.node);
  await connectUplink(d);
}

/** Idempotent. */
async function connectUplink(d: RadioNode): Promise<void> {
  const ip = (...args: string[]): Promise<string> => run('ip', '-n', d.namespace, ...args);
  await ip('link', 'set', 'eth0', 'up');
  await ip('address', 'replace', `${uplink.node}/24`, 'dev', 'eth0');
  await ip('route', 'replace', hubAddress, 'via', uplink.hub);
  await d.inside('sysctl', '-qw', 'net.ipv4.ip_forward=1');
}
