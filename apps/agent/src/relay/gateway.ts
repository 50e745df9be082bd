import { readFileSync } from 'node:fs';
import type { Attach, DeliveredEntry, Detach, NodeId } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock, Mesh } from '../ports.ts';
import { type BackendKeys, BackendSession, type BrokerMemory } from './backend-session.ts';
import type { TopicMap } from './classify.ts';
import type { Courier } from './courier.ts';
import { Downlink, type SessionHandlers } from './downlink.ts';
import { GatewayOffer } from './gateway-offer.ts';
import type { CommandReport } from './reports.ts';
import type { ToldTopics } from './told.ts';
import { type Unfit, Uplink } from './uplink.ts';

export interface BackendConfig {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  /** Paths of PEM files, read anew for every connection. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Wrap payloads in the JSON envelope when the broker speaks MQTT 3.1.1 only. */
  readonly envelope: boolean;
}

export type BackendState =
  | { readonly state: 'connected'; readonly since: number; readonly url: string; readonly version: 4 | 5 }
  | { readonly state: 'connecting' | 'unreachable'; readonly since: number; readonly url: string; readonly why?: string }
  | { readonly state: 'not-a-gateway'; readonly since: number };

export interface GatewayOptions {
  readonly config: BackendConfig;
  readonly mesh: Pick<Mesh, 'self' | 'delivered' | 'undelivered' | 'offerGateway' | 'injectCommunityDocument'>;
  readonly courier: Courier;
  readonly topics: TopicMap;
  readonly told: ToldTopics;
  readonly documentTopic: string;
  readonly report: (report: CommandReport) => void;
  readonly onUnfit: (unfit: Unfit) => void;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly wallTrusted: () => boolean;
  /** Whether this node's certificate lets it be a gateway now. docs/protocol.md §2.4 */
  readonly allowed: () => boolean;
  readonly entryBytesMax: number;
  readonly logger: Logger;
}

/** The gateway role: this node's session at the backend, which publishes for everybody and listens for this node, and one more for each node that leases it. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #memory: BrokerMemory = { version: 5, sure: false };
  readonly #own: BackendSession;
  readonly #offer: GatewayOffer;
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  #state: BackendState;
  #barred = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { config, mesh, topics, clock, logger } = options;
    this.#state = { state: 'connecting', since: clock.wall(), url: config.url };
    this.#offer = new GatewayOffer({ mesh, clock, load: () => this.uplink.load, allowed: () => this.#allowed() });
    this.#own = this.#session(mesh.self, {
      onUp: (up) => {
        this.#change({ state: 'connected', since: clock.wall(), url: config.url, version: up.version });
        this.uplink.onUp(up);
        this.#offer.up(up.connackMs);
      },
      onDown: (down) => {
        if (this.#state.state !== 'unreachable') this.#change({ state: 'unreachable', since: clock.wall(), url: config.url, why: down.why });
        this.uplink.onDown(down);
        this.#offer.down();
      },
      onMessage: (message, acknowledge) => this.downlink.onOwnMessage(message, acknowledge),
    });
    this.uplink = new Uplink({
      mesh,
      session: this.#own,
      envelope: (topic) => topics.envelope(topic, config.envelope),
      clock,
      logger,
      onRoundTrip: (ms) => this.#offer.sample(ms),
      onUnfit: options.onUnfit,
    });
    this.downlink = new Downlink({
      ...options,
      self: mesh.self,
      own: this.#own,
      openSession: (node, handlers) => this.#session(node, handlers),
      onDocument: (document) => mesh.injectCommunityDocument(document),
    });
  }

  start(): void {
    this.#own.start();
  }

  get state(): BackendState {
    return this.#state;
  }
  /** The own session stands, or stood a moment ago: nobody else may hold it. */
  get holdsOwn(): boolean {
    return this.#own.up;
  }

  deliver(entries: readonly DeliveredEntry[]): void {
    this.uplink.deliver(entries);
  }
  onLease(from: NodeId, message: Attach | Detach): void {
    this.downlink.onLease(from, message);
  }

  /** No new traffic first, then the nodes' sessions, then the own. */
  async close(): Promise<void> {
    this.#offer.close();
    await this.downlink.close();
    await this.#own.close();
  }

  #session(node: NodeId, handlers: SessionHandlers): BackendSession {
    const { config, clock, random, logger } = this.#options;
    return new BackendSession({
      clientId: `em-${node}`,
      address: config,
      keys: () => readKeys(config),
      memory: this.#memory,
      clock,
      random,
      logger,
      ...handlers,
    });
  }

  #allowed(): boolean {
    const barred = !this.#options.allowed();
    if (barred && !this.#barred)
      this.#options.logger.warn('this node reaches the backend, but is no gateway: its certificate is out of date, or its clock cannot be trusted');
    this.#barred = barred;
    return !barred;
  }

  #change(state: BackendState): void {
    this.#state = state;
    this.#options.onChange();
  }
}

function readKeys({ ca, cert, key }: BackendConfig): BackendKeys {
  const read = (path: string | undefined): Buffer | undefined => (path === undefined ? undefined : readFileSync(path));
  return { ca: read(ca), cert: read(cert), key: read(key) };
}
