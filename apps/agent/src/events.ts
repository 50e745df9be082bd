import type { MeshEvent, NodeId } from '@energymesh/protocol';
import type { Logger } from './logger.ts';
import type { Clock } from './ports.ts';
import { say } from './said.ts';

export type FeedKind =
  | 'neighbour-up'
  | 'neighbour-down'
  | 'route-changed'
  | 'gateway-lost'
  | 'gateway-found'
  | 'backend-up'
  | 'backend-down'
  | 'started'
  | 'claimed'
  | 'login'
  | 'phone-paired'
  | 'phone-removed'
  | 'device-connected'
  | 'device-disconnected'
  | 'refused';

export interface FeedEntry {
  readonly at: number;
  readonly incarnation: number;
  readonly mono: number;
  readonly trusted: boolean;
  readonly kind: FeedKind;
  readonly node: string | null;
  readonly nodeName: string | null;
  readonly detail: string;
}

/** The operator's log (store/). Calls throw when the disk refuses. */
export interface FeedStore {
  append(entry: FeedEntry): number;
  healed(id: number, healedMs: number): void;
}

export interface EventsOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly feed: FeedStore;
  readonly incarnation: () => number;
  readonly clockTrusted: () => boolean;
  readonly nameOf: (node: NodeId) => string;
}

/** A break that is not mended yet. */
interface Break {
  readonly entry: number;
  readonly since: number;
}
const breaksMax = 64;
/** Refusals that somebody else causes reach the operator's log at most once in this time per kind; the counters have them all. */
const quietMs = 60_000;
const quietMax = 256;

/** One function per event: it writes the log line, the counter and the operator's log together. None throws. */
export class Events {
  readonly #options: EventsOptions;
  readonly #counters = new Map<string, number>();
  readonly #handlers = new Set<() => void>();
  /** By what is broken: `backend`, `gateway`, or a neighbour's id. */
  readonly #breaks = new Map<string, Break>();
  readonly #quietUntil = new Map<string, number>();
  #gateway: NodeId | undefined;
  #nextHop: NodeId | undefined;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  started(what: { version: string; node: NodeId }): void {
    this.#options.logger.info(what, 'started');
    this.#count('started');
    this.#tell('started', say('log.started', { version: what.version }));
  }

  /** A request for the privileged helper was placed; what it decides stands in its own log. */
  networkAsked(kind: 'apply' | 'confirm' | 'revert', id: string): void {
    this.#options.logger.info({ kind, id }, 'network change asked for');
    this.#count(`network-${kind}`);
  }

  peopleAsked(wish: 'invite' | 'withdraw' | 'approve' | 'refuse' | 'add-device' | 'remove-device'): void {
    this.#options.logger.info({ wish }, 'the hub did as the operator wished about people and devices');
    this.#count(`people-${wish}`);
  }

  communityNodeRevoked(node: string): void {
    this.#options.logger.warn({ node }, 'a node was put out of the community that was made here');
    this.#count('community-revoked');
  }

  communityLeft(how: 'backup' | 'moved'): void {
    this.#options.logger.info(how === 'backup' ? "a sealed backup of the community's keys was taken" : 'the community has a hub now');
    this.#count(`community-${how}`);
  }

  resetAsked(): void {
    this.#options.logger.warn('factory reset asked for: everything is wiped and the node begins anew');
    this.#count('factoryResets');
  }

  stopping(why: string): void {
    this.#options.logger.info({ why }, 'stopping');
  }

  claimed(): void {
    this.#options.logger.info('claimed: the operator has set a passphrase');
    this.#count('claimed');
    this.#tell('claimed', say('log.claimed'));
  }

  login(who: { caller: string; kind: string }): void {
    this.#options.logger.info(who, 'login');
    this.#count('logins');
    this.#tell('login', say('log.login', { caller: who.caller }));
  }

  phonePaired(what: { name: string; way: string }): void {
    this.#options.logger.info(what, 'phone paired');
    this.#count('phonesPaired');
    this.#tell('phone-paired', what.name);
  }

  phoneRemoved(what: { name: string }): void {
    this.#options.logger.info(what, 'phone removed');
    this.#count('phonesRemoved');
    this.#tell('phone-removed', what.name);
  }

  loginRefused(what: { caller: string; why: string }): void {
    this.#options.logger.warn(what, 'login refused');
    this.#count('loginsRefused');
    this.#refused(`login ${what.caller}`, say('log.login-refused', what));
  }

  requestRefused(what: { caller: string; why: string }): void {
    this.#options.logger.warn(what, 'request refused');
    this.#count('requestsRefused');
    this.#refused(`request ${what.caller}`, say('log.request-refused', what));
  }

  backendUp(what: { url: string }): void {
    this.#options.logger.info(what, 'backend connected');
    this.#count('backendUp');
    this.#tell('backend-up', say('log.backend-up', what));
    this.#mended('backend');
  }

  backendDown(what: { url: string; reason: string }): void {
    this.#options.logger.warn(what, 'backend lost');
    this.#count('backendDown');
    this.#broken('backend', this.#tell('backend-down', say('log.backend-down', what)));
  }

  deviceConnected(device: string): void {
    this.#options.logger.info({ device }, 'device connected');
    this.#count('devicesConnected');
    this.#tell('device-connected', device);
  }

  deviceDisconnected(device: string): void {
    this.#options.logger.info({ device }, 'device disconnected');
    this.#count('devicesDisconnected');
    this.#tell('device-disconnected', device);
  }

  reported(report: { from: number; to: number; late: boolean }): void {
    this.#options.logger.debug(report, 'report in custody');
    this.#count('reports');
    if (report.late) this.#count('reportsLate');
  }

  reportFailed(error: unknown): void {
    this.#options.logger.warn({ err: error }, 'report not taken: tried again');
    this.#count('reportsFailed');
  }

  storeRefused(error: unknown): void {
    this.#count('storeRefused');
    this.#quietly('store', () =>
      this.#options.logger.error({ err: error }, 'state.db refuses to be written: the disk may be full or read-only. Kept in memory and tried again'),
    );
  }

  mesh(event: MeshEvent): void {
    this.#count(`mesh.${event.kind}`);
    const { logger, nameOf } = this.#options;
    switch (event.kind) {
      case 'neighbour-up':
        logger.info({ node: event.node, segment: event.segment }, 'neighbour up');
        this.#tell('neighbour-up', say('log.linked', { segment: event.segment }), event.node);
        this.#mended(event.node);
        return;
      case 'neighbour-down':
        logger.info({ node: event.node, reason: event.reason }, 'neighbour down');
        this.#broken(event.node, this.#tell('neighbour-down', event.reason, event.node));
        return;
      case 'route-changed':
        this.#routeChanged(event.gateway, event.nextHop);
        return;
      case 'healed':
        logger.info({ parts: event.parts.length }, 'the network is whole again');
        return;
      case 'copied-card':
        logger.error('another machine runs with this node identity: was the card copied?');
        this.#refused('copied-card', say('log.copied-card'));
        return;
      case 'id-clash':
        logger.error({ node: event.node }, 'two keys claim one node id');
        this.#refused(`clash ${event.node}`, say('log.id-clash', { node: nameOf(event.node) }));
        return;
      case 'wire-error':
        logger.debug({ from: event.from, error: event.error }, 'wire error');
        this.#refused(`wire ${event.from}`, say('log.nonsense', { node: event.from ? nameOf(event.from) : 'somebody', error: event.error }));
        return;
      case 'dropped':
        this.#count(`dropped.${event.reason}`);
        logger.debug({ run: event.run, reason: event.reason }, 'dropped');
        return;
      case 'topology-changed':
        return;
    }
  }

  #routeChanged(gateway: NodeId | undefined, nextHop: NodeId | undefined): void {
    const { logger, nameOf } = this.#options;
    const before = this.#gateway;
    const hopBefore = this.#nextHop;
    if (before === gateway && hopBefore === nextHop) return;
    this.#gateway = gateway;
    this.#nextHop = nextHop;
    logger.info({ gateway, nextHop }, 'route changed');
    if (gateway === undefined) {
      this.#broken('gateway', this.#tell('gateway-lost', say('log.no-gateway'), before));
      return;
    }
    if (before === undefined) this.#tell('gateway-found', nextHop ? say('log.found-by', { node: nameOf(nextHop) }) : say('log.own-gateway'), gateway);
    else
      this.#tell(
        'route-changed',
        nextHop ? say('log.moved-by', { gateway: nameOf(gateway), node: nameOf(nextHop) }) : say('log.moved', { gateway: nameOf(gateway) }),
        nextHop ?? gateway,
      );
    this.#mended('gateway');
    // The way that led through a lost neighbour leads elsewhere now: that is the healing, whether or not the neighbour returns.
    if (hopBefore !== undefined && hopBefore !== nextHop) this.#mended(hopBefore);
  }

  /** Counted since the start, by name. */
  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters);
  }

  /** After each entry of the operator's log. Returns the unsubscriber. */
  onEntry(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #count(name: string): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1);
  }

  #tell(kind: FeedKind, detail: string, node?: NodeId): number | undefined {
    const { feed, clock, incarnation, clockTrusted, nameOf } = this.#options;
    const stamp = { at: clock.wall(), incarnation: incarnation(), mono: Math.floor(clock.monotonic()), trusted: clockTrusted() };
    try {
      const id = feed.append({ ...stamp, kind, node: node ?? null, nodeName: node === undefined ? null : nameOf(node), detail: detail.slice(0, 300) });
      for (const handler of this.#handlers) handler();
      return id;
    } catch (error) {
      this.storeRefused(error);
      return undefined;
    }
  }

  #refused(kind: string, detail: string): void {
    this.#quietly(kind, () => this.#tell('refused', detail));
  }

  #quietly(kind: string, run: () => void): void {
    const now = this.#options.clock.monotonic();
    if ((this.#quietUntil.get(kind) ?? 0) > now) return;
    if (this.#quietUntil.size >= quietMax) {
      for (const [key, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(key);
      // More kinds within a minute than one can read: nothing new until some have run out.
      if (this.#quietUntil.size >= quietMax) return;
    }
    this.#quietUntil.set(kind, now + quietMs);
    run();
  }

  #broken(what: string, entry: number | undefined): void {
    if (entry === undefined) return;
    const oldest = this.#breaks.keys().next().value;
    if (this.#breaks.size >= breaksMax && oldest !== undefined) this.#breaks.delete(oldest);
    this.#breaks.set(what, { entry, since: this.#options.clock.monotonic() });
  }

  #mended(what: string): void {
    const broken = this.#breaks.get(what);
    if (!broken) return;
    this.#breaks.delete(what);
    try {
      this.#options.feed.healed(broken.entry, Math.round(this.#options.clock.monotonic() - broken.since));
      for (const handler of this.#handlers) handler();
    } catch (error) {
      this.storeRefused(error);
    }
  }
}
