import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import type { CommunityOptions, ExternalBroker } from './community.ts';
import type { Role } from './layout.ts';
import type { CommunityRewards } from './rewards.ts';
import { until } from './until.ts';

export interface HubPorts {
  readonly http: number;
  readonly https: number;
  readonly broker: number;
  readonly tools: number;
  /** Of the app, where there is a page to serve. */
  readonly app?: number;
}

export interface HubStats {
  readonly received: number;
  readonly unique: number;
  readonly duplicates: number;
}

export interface HubProcessOptions {
  readonly dir: string;
  readonly ports: HubPorts;
  readonly logFile: string;
  /** Undefined: the community pays nothing. */
  readonly rewards?: CommunityRewards | undefined;
  readonly options: CommunityOptions;
}

/** The hub as a process of its own, and its admin API. */
export class HubProcess {
  readonly dir: string;
  readonly rewards: CommunityRewards | undefined;
  readonly #o: HubProcessOptions;
  /** May be set before the first start: an external broker that needs the community's root to start. */
  broker: ExternalBroker | undefined;
  #brokerRuns = false;
  #child: Child | undefined;

  constructor(options: HubProcessOptions) {
    this.dir = options.dir;
    this.rewards = options.rewards;
    this.#o = options;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  }

  get #authority(): string {
    return join(this.dir, 'authority.json');
  }
  get pid(): number | undefined {
    return this.#child?.running ? this.#child.pid : undefined;
  }
  get ports(): HubPorts {
    return this.#o.ports;
  }
  get statusUrl(): string {
    return `http://localhost:${this.#o.ports.http}`;
  }
  /** Where phones open the app. */
  get appUrl(): string {
    return `https://${this.#o.options.places?.hub.address ?? 'localhost'}:${this.#o.ports.app}`;
  }
  /** Where observers and backend programs connect. */
  get tools(): ExternalBroker['tools'] & { readonly ca?: string } {
    if (this.broker) return { ...this.broker.tools, ca: this.broker.ca };
    return { url: `mqtt://127.0.0.1:${this.#o.ports.tools}`, username: 'backend', password: readFileSync(join(this.dir, 'tools-password'), 'utf8').trim() };
  }

  /** Rewards have to be on. */
  get hasContract(): boolean {
    return existsSync(join(this.dir, 'rewards-contract'));
  }
  /** C... */
  get contract(): string {
    return readFileSync(join(this.dir, 'rewards-contract'), 'utf8').trim();
  }

  /** By the hub's own command, with an account that the ledger's faucet fills. The hub must not be running. */
  async deployContract(): Promise<void> {
    const { rewards } = this;
    if (!rewards) throw new Error('this community pays nothing: there is no contract to deploy');
    const params = rewards.params && ['--params', this.#file('rewards-params.json', JSON.stringify(rewards.params))];
    const given = ['--config', this.#config(), '--friendbot', rewards.ledger.friendbotUrl, '--fund', String(rewards.fundXlm), ...(params ?? [])];
    // Restarted on save, it would never end.
    const program = this.#o.options.program.hub.filter((arg) => !arg.startsWith('--watch'));
    this.#child = new Child({ name: 'deploy-contract', argv: [...program, 'deploy-contract', ...given], logFile: this.#o.logFile });
    const status = await this.#child.exited;
    if (status !== 'status 0') throw new Error(`the contract could not be deployed (${status}); the log: ${this.#o.logFile}`);
  }

  #config(): string {
    const { ports } = this.#o;
    const place = this.#o.options.places?.hub;
    const host = place ? '0.0.0.0' : '127.0.0.1';
    const config = {
      dataDir: this.dir,
      community: { name: 'Millbrook' },
      publicHosts: place ? [place.address] : ['localhost', '127.0.0.1'],
      http: { host: '127.0.0.1', port: ports.http },
      https: { host, port: ports.https },
      broker: this.broker
        ? { kind: 'external', ...this.broker.tools, ca: this.#file('broker-ca.pem', this.broker.ca), gateways: { url: this.broker.url } }
        : { kind: 'embedded', host, port: ports.broker, tools: { host: '127.0.0.1', port: ports.tools } },
      ...(this.#o.options.pwaDir === undefined || ports.app === undefined ? {} : { app: { files: this.#o.options.pwaDir, host, port: ports.app } }),
      ...(this.rewards ? { rewards: this.rewards.hub } : {}),
      logLevel: 'info',
    };
    return this.#file('config.json', JSON.stringify(config, undefined, 2));
  }

  async start(): Promise<void> {
    const place = this.#o.options.places?.hub;
    const file = this.#config();
    this.#child = new Child({
      name: 'hub',
      argv: [...this.#o.options.program.hub, '--config', file],
      logFile: this.#o.logFile,
      ...(place ? { through: place.through, flags: place.flags ?? [] } : {}),
    });
    if (this.broker && !this.#brokerRuns) {
      await until(`the community's root certificate (log: ${this.#o.logFile})`, 60_000, () => existsSync(this.#authority));
      await this.broker.run(this.rootPem());
      this.#brokerRuns = true;
    }
    await until(`the hub to answer (log: ${this.#o.logFile})`, 120_000, async () => {
      if (!this.#child?.running) throw new Error(`the hub ended at start; its log: ${this.#o.logFile}`);
      return existsSync(join(this.dir, 'admin-token')) && (await this.healthy());
    });
  }

  async healthy(): Promise<boolean> {
    try {
      return (await fetch(`${this.statusUrl}/healthz`, { signal: AbortSignal.timeout(2000) })).ok;
    } catch {
      return false;
    }
  }

  async invite(gateway: boolean): Promise<string> {
    return (await this.#admin<{ text: string }>('invites', { role: gateway ? 'gateway' : 'relay', uses: 1 })).text;
  }

  async addDevice(id: string, role: Role): Promise<string> {
    return (await this.#admin<{ token: string }>('devices', { id, role })).token;
  }

  async revoke(node: string): Promise<void> {
    await this.#admin('revoke', { node });
  }

  /** The hub publishes a command to the device. */
  async command(device: string, payload: object, ttlSeconds: number): Promise<void> {
    await this.#admin('commands', { device, payload, ttlSeconds });
  }

  async stats(): Promise<HubStats> {
    const response = await fetch(`${this.statusUrl}/stats`, { signal: AbortSignal.timeout(5000) });
    return (await response.json()) as HubStats;
  }

  /** What expired on its way, as nodes reported it. */
  async expired(): Promise<readonly unknown[]> {
    return (await this.#get<{ rows: readonly unknown[] }>('expired')).rows;
  }

  /** The windows that a node has reported, as it wrote them. */
  async reports(node: string): Promise<readonly { readonly from: number; readonly to: number }[]> {
    const { rows } = await this.#get<{ rows: readonly { payload: string | { from: number; to: number } }[] }>(`reports?node=${node}`);
    return rows.map(({ payload }) => (typeof payload === 'string' ? (JSON.parse(payload) as { from: number; to: number }) : payload));
  }

  /** Under /admin/rewards: docs/hub.md. */
  reward<T>(path = ''): Promise<T> {
    return this.#get<T>(`rewards${path}`);
  }

  rootPem(): string {
    return (JSON.parse(readFileSync(this.#authority, 'utf8')) as { rootCertificate: string }).rootCertificate;
  }

  /** What devices pin. */
  deviceRootPem(): string {
    return (JSON.parse(readFileSync(this.#authority, 'utf8')) as { deviceRoot: { certificate: string } }).deviceRoot.certificate;
  }

  /** HMAC key of the community's beacons; for link proxies. */
  beaconKey(): Uint8Array {
    return Buffer.from((JSON.parse(readFileSync(this.#authority, 'utf8')) as { beaconKey: string }).beaconKey, 'base64url');
  }

  /** What a gateway puts into its configuration. */
  backend(): { url: string; ca: string; envelope: boolean } {
    return {
      url: `mqtts://${this.#o.options.places?.hub.address ?? '127.0.0.1'}:${this.#o.ports.broker}`,
      ca: this.#file('root.pem', this.rootPem()),
      envelope: true,
    };
  }

  stop(): Promise<void> {
    return this.#child?.stop() ?? Promise.resolve();
  }

  kill(): Promise<void> {
    return this.#child?.kill() ?? Promise.resolve();
  }

  #get<T>(path: string): Promise<T> {
    return this.#ask(path, {});
  }

  #admin<T>(path: string, body: object): Promise<T> {
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async #ask<T>(path: string, init: { method?: string; body?: string }): Promise<T> {
    const token = readFileSync(join(this.dir, 'admin-token'), 'utf8').trim();
    const response = await fetch(`${this.statusUrl}/admin/${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`hub: /admin/${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  #file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}
