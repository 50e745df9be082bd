import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import type { CommunityOptions } from './community.ts';
import type { HubProcess } from './hub-process.ts';
import type { LayoutNode } from './layout.ts';
import { until } from './until.ts';

export interface AgentProcessOptions {
  readonly node: LayoutNode;
  readonly ports: { readonly http: number; readonly devices: number; readonly links: number };
  readonly segments: readonly { readonly group: string; readonly port: number }[];
  readonly dir: string;
  readonly logFile: string;
  readonly rewards?: object | undefined;
  readonly options: CommunityOptions;
}

export interface Health {
  readonly status: string;
  readonly enrolled: boolean;
  readonly node: string;
  readonly neighbours: number;
  readonly gateway: string | null;
  readonly nextHop: string | null;
  /** Entries in custody. */
  readonly waiting: number;
}

/** One agent as a process of its own. */
export class AgentProcess {
  readonly node: LayoutNode;
  readonly dir: string;
  invite: string | undefined;
  /** What its configuration has under `rewards`, from its next start on. */
  rewards: object | undefined;
  readonly #o: AgentProcessOptions;
  #child: Child | undefined;

  constructor(options: AgentProcessOptions) {
    this.node = options.node;
    this.dir = options.dir;
    this.rewards = options.rewards;
    this.#o = options;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  }

  get enrolled(): boolean {
    return existsSync(this.#enrolment);
  }
  get #enrolment(): string {
    return join(this.dir, 'identity', 'enrolment.json');
  }
  get ports(): AgentProcessOptions['ports'] {
    return this.#o.ports;
  }
  get url(): string {
    return `http://localhost:${this.#o.ports.http}`;
  }
  get devicesUrl(): string {
    return `mqtts://127.0.0.1:${this.#o.ports.devices}`;
  }
  get child(): Child {
    if (!this.#child) throw new Error(`node ${this.node.key} was not started`);
    return this.#child;
  }
  get running(): boolean {
    return this.#child?.running ?? false;
  }

  start(hub: HubProcess): void {
    const { ports, segments, options } = this.#o;
    const place = options.places?.node(this.node.key);
    const config = {
      name: this.node.name,
      dataDir: this.dir,
      http: { host: place?.httpHost ?? '127.0.0.1', port: ports.http },
      devices: { host: place?.devicesHost ?? '127.0.0.1', port: ports.devices },
      links: { host: place ? '*' : '127.0.0.1', port: ports.links },
      // Of a community that is made on the node; nothing listens there otherwise.
      ...(place ? {} : { authority: { host: '127.0.0.1', port: 0 } }),
      segments: place?.segments ?? segments.map((s) => ({ type: 'multicast', ...s, interface: '127.0.0.1' })),
      // Whatever radios this machine has are none of the community's.
      radio: { snapshot: join(this.dir, 'radio.json'), requests: join(this.dir, 'requests'), status: join(this.dir, 'network.json') },
      reportEveryMs: options.reportEveryMs ?? 300_000,
      mdns: options.mdns ?? false,
      ...(this.rewards ? { rewards: this.rewards } : {}),
      ...place?.more,
      // Seven spools on one disk, allocated at the first start.
      spoolBytesMax: 64 * 1024 * 1024,
      ...(this.node.position ? { position: this.node.position } : {}),
      ...(options.pwaDir ? { pwaDir: options.pwaDir } : {}),
      ...(this.invite ? { invite: this.invite } : {}),
      ...(this.node.gateway ? { backend: hub.broker ? { url: hub.broker.url, ca: this.#file('broker-ca.pem', hub.broker.ca) } : hub.backend() } : {}),
    };
    const file = this.#file('config.json', JSON.stringify(config, undefined, 2));
    this.#child = new Child({
      name: `agent ${this.node.key}`,
      argv: [...options.program.agent, '--config', file],
      logFile: this.#o.logFile,
      flags: ['--max-semi-space-size=2', '--max-old-space-size=96'],
      ...(place ? { through: place.through } : {}),
    });
  }

  async health(): Promise<Health | undefined> {
    try {
      const response = await fetch(`${this.url}/healthz`, { signal: AbortSignal.timeout(2000) });
      return (await response.json()) as Health;
    } catch {
      return undefined;
    }
  }

  /** Answers its health check as a member of the community. Rejects when it ends before. */
  async ready(): Promise<void> {
    await until(`node ${this.node.key} to have joined (log: ${this.#o.logFile})`, this.#o.options.readyMsMax ?? 60_000, async () => {
      if (!this.running) throw new Error(`node ${this.node.key} ended at start; its log: ${this.#o.logFile}`);
      return (await this.health())?.enrolled === true;
    });
  }

  /** Shown at the start of a node that nobody has claimed. */
  claimCode(): string | undefined {
    const file = join(this.dir, 'claim-code');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  }

  stop(): Promise<void> {
    return this.#child?.stop() ?? Promise.resolve();
  }

  #file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}
