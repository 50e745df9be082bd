import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from './agent-process.ts';
import { HubProcess } from './hub-process.ts';
import type { Layout, LayoutDevice } from './layout.ts';
import type { Side } from './link-proxy.ts';
import { freePorts } from './ports.ts';
import { CommunityRewards, defaultEpochSeconds, type RewardsOptions, type RewardsState } from './rewards.ts';

export interface CommunityOptions {
  readonly layout: Layout;
  /** Everything of this community lives here. */
  readonly dir: string;
  readonly program: Program;
  /** Fixed ports of dashboards and hub by key ('hub', 'A' ...); the others are free ones, kept for the next start. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly pwaDir?: string;
  readonly mdns?: boolean;
  readonly reportEveryMs?: number;
  /** Edges ("A-B") on which the ends do not hear each other directly: a link proxy goes between. */
  readonly proxied?: readonly string[];
  /** Where its processes run; undefined: on loopback. */
  readonly places?: Places;
  /** How long hub and agents may take to come up; 60 s. */
  readonly readyMsMax?: number;
  /** Undefined: it pays nothing, and there is no ledger. */
  readonly rewards?: RewardsOptions;
  readonly progress: (line: string) => void;
}

/** Processes in network namespaces of their own. Their doors for health checks, devices and tools are expected on this side's loopback, under the same ports. */
export interface Places {
  readonly hub: {
    readonly through: readonly string[];
    /** Where nodes reach it. */
    readonly address: string;
    /** V8 and Node flags. */
    readonly flags?: readonly string[];
  };
  readonly node: (key: string) => {
    readonly through: readonly string[];
    readonly segments: readonly unknown[];
    /** What else its configuration has, from its next start on. */
    readonly more?: Readonly<Record<string, unknown>>;
    /** Its own; a free one. */
    readonly linksPort?: number;
    /** Where its doors listen; loopback. */
    readonly httpHost?: string;
    readonly devicesHost?: string;
  };
}

export interface Program {
  readonly agent: readonly string[];
  readonly hub: readonly string[];
}

export interface ExternalBroker {
  /** For gateways: mqtts with client certificates. */
  readonly url: string;
  readonly ca: string;
  /** For the hub and for observers. */
  readonly tools: { readonly url: string; readonly username: string; readonly password: string };
  /** Starts it, once the community's root certificate is there. */
  run(communityRoot: string): Promise<void>;
}

interface State {
  /** Ports, groups and device tokens, so that a second start is the same community. */
  readonly ports: Record<string, { http: number; devices: number; links: number }>;
  readonly hub: { http: number; https: number; broker: number; tools: number; app?: number };
  readonly groupPort: number;
  readonly groupNet: number;
  rewards?: RewardsState;
  tokens: Record<string, string>;
}

/** A whole community of real processes on this machine. */
export class Community {
  readonly options: CommunityOptions;
  readonly hub: HubProcess;
  /** Undefined: it pays nothing. */
  readonly rewards: CommunityRewards | undefined;
  readonly agents: ReadonlyMap<string, AgentProcess>;
  readonly #state: State;
  readonly #stateFile: string;
  #stopped = false;

  private constructor(options: CommunityOptions, state: State, stateFile: string, hub: HubProcess) {
    this.options = options;
    this.rewards = hub.rewards;
    this.#state = state;
    this.#stateFile = stateFile;
    this.hub = hub;
    this.agents = new Map(
      options.layout.nodes.map((node) => {
        const links = options.places?.node(node.key).linksPort;
        const ports = { ...state.ports[node.key]!, ...(links === undefined ? {} : { links }) };
        const segments = options.layout.edges.flatMap(([a, b], i) => (a === node.key || b === node.key ? [this.#segment(i, node.key)] : []));
        return [
          node.key,
          new AgentProcess({
            node,
            ports,
            segments,
            dir: join(options.dir, `agent-${node.key}`),
            logFile: join(options.dir, 'logs', `agent-${node.key}.log`),
            rewards: hub.rewards?.node,
            options,
          }),
        ];
      }),
    );
  }

  static async prepare(options: CommunityOptions): Promise<Community> {
    mkdirSync(join(options.dir, 'logs'), { recursive: true });
    const stateFile = join(options.dir, 'community.json');
    const state: State = existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as State) : await newState(options);
    for (const [key, http] of Object.entries(options.ports ?? {})) {
      if (key === 'hub') state.hub.http = http;
      else if (state.ports[key]) state.ports[key].http = http;
    }
    if (options.rewards) state.rewards ??= { port: (await freePorts(1))[0]!, epochSeconds: options.rewards.epochSeconds ?? defaultEpochSeconds };
    state.hub.app ??= (await freePorts(1))[0]!;
    const { app } = state.hub;
    const rewards = options.rewards && CommunityRewards.of(options.rewards, state.rewards!, options.dir);
    const hub = new HubProcess({
      dir: join(options.dir, 'hub'),
      ports: { ...state.hub, app },
      logFile: join(options.dir, 'logs', 'hub.log'),
      rewards,
      options,
    });
    const community = new Community(options, state, stateFile, hub);
    community.#save();
    return community;
  }

  /** Starts the hub, enrols who has no certificate yet, and starts every agent. `beforeAgents`: the hub is up. After `stop` nothing more is started. */
  async start(beforeAgents: () => Promise<void> = async () => {}): Promise<void> {
    this.#stopped = false;
    if (this.rewards) {
      this.options.progress('ledger: starting (a simulated Stellar network on this machine)');
      await this.rewards.ledger.start();
      this.#expectNotStopped();
      if (!this.hub.hasContract) {
        this.options.progress("hub: puts the community's contract on the ledger");
        await this.hub.deployContract();
      }
      this.#expectNotStopped();
    }
    this.options.progress('hub: starting');
    await this.hub.start();
    for (const device of this.options.layout.devices) {
      this.#state.tokens[device.id] ??= await this.hub.addDevice(device.id, device.role);
      this.#save();
    }
    await beforeAgents();
    const first = [...this.agents.values()].filter((agent) => !agent.node.later);
    for (const agent of first) await this.launch(agent.node.key);
    await Promise.all(first.map((agent) => agent.ready()));
  }

  /** Starts one agent, with an invite when it has no certificate yet. */
  async launch(key: string): Promise<void> {
    const agent = this.agent(key);
    this.options.progress(`node ${agent.node.key} (${agent.node.name}): starting`);
    if (!agent.enrolled) agent.invite = await this.hub.invite(agent.node.gateway ?? false);
    this.#expectNotStopped();
    agent.start(this.hub);
  }

  agent(key: string): AgentProcess {
    const agent = this.agents.get(key);
    if (!agent) throw new Error(`no node ${key} in this layout`);
    return agent;
  }

  device(id: string): LayoutDevice & { readonly token: string; readonly url: string } {
    const device = this.options.layout.devices.find((d) => d.id === id);
    const token = this.#state.tokens[id];
    if (!device || token === undefined) throw new Error(`no device ${id} in this layout`);
    return { ...device, token, url: this.agent(device.at).devicesUrl };
  }

  /** The two one-sided segments of an edge, for a link proxy between its ends. */
  sides(edge: string): readonly [Side, Side] {
    const i = this.#edge(edge);
    return [
      { group: this.#group(i, 1), port: this.#state.groupPort },
      { group: this.#group(i, 2), port: this.#state.groupPort },
    ];
  }

  beaconKey(): Uint8Array {
    return this.hub.beaconKey();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    await Promise.all([this.hub.stop(), this.rewards?.ledger.stop()]);
  }

  #expectNotStopped(): void {
    if (this.#stopped) throw new Error('stopped before all of it was started');
  }

  #edge(edge: string): number {
    const i = this.options.layout.edges.findIndex(([a, b]) => edge === `${a}-${b}`);
    if (i < 0) throw new Error(`no edge ${edge} in this layout`);
    return i;
  }

  #segment(i: number, key: string): { group: string; port: number } {
    const [a, b] = this.options.layout.edges[i]!;
    const proxied = this.options.proxied?.includes(`${a}-${b}`) ?? false;
    return { group: this.#group(i, proxied ? (a === key ? 1 : 2) : 0), port: this.#state.groupPort };
  }

  /** 239.192.0.0/14 is organisation-local (RFC 2365); one /24 for each community of this machine. */
  #group(edge: number, side: 0 | 1 | 2): string {
    return `239.${192 + (this.#state.groupNet >> 8)}.${this.#state.groupNet & 0xff}.${1 + edge * 3 + side}`;
  }

  #save(): void {
    writeFileSync(this.#stateFile, JSON.stringify(this.#state, undefined, 2), { mode: 0o600 });
  }
}

async function newState(options: CommunityOptions): Promise<State> {
  const ports = await freePorts(options.layout.nodes.length * 3 + 6);
  const next = (): number => ports.pop()!;
  return {
    ports: Object.fromEntries(options.layout.nodes.map(({ key }) => [key, { http: next(), devices: next(), links: next() }])),
    hub: { http: next(), https: next(), broker: next(), tools: next(), app: next() },
    groupPort: next(),
    groupNet: Math.floor(Math.random() * 0x400),
    tokens: {},
  };
}
