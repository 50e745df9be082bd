import { networkInterfaces } from 'node:os';
import { getResponder, type Responder } from '@homebridge/ciao';
import Bonjour from 'bonjour-service';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import { type FoundService, NearbyList, type NearbyNode } from './nearby.ts';
import type { Interfaces } from './segments.ts';

export type { NearbyNode };

const serviceType = 'energymesh';
/** Interfaces are looked at so often; a round of questions goes out with every twelfth look, at first with every one. */
const lookEveryMs = 5_000;
const looksPerRound = 12;
const eagerLooks = 2;
const interfacesMax = 8;
/** A goodbye that cannot be sent must not keep the agent from ending. */
const goodbyeMsMax = 1_000;
/** Services that one round's browser may hold: what a flood of answers costs is bounded by it. */
const servicesMax = 512;

export interface DnsSdOptions {
  readonly id: string;
  readonly name: string;
  /** E.g. `relay` or `gateway`. */
  readonly state: string;
  /** Of which it is a member, and where that takes nodes in. */
  readonly community?: { readonly name: string; readonly hub: string } | undefined;
  /** Of the dashboard: what a person who finds the node wants to open. */
  readonly port: number;
  /** The address on which that is listened to; `::` and `0.0.0.0` are all. Nothing else is advertised. Undefined: all. */
  readonly listening?: string;
  /** Names; without them every interface but the loopback. */
  readonly interfaces?: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly networkInterfaces?: () => Interfaces;
  /** Replaced in tests. */
  readonly browse?: Browse;
  readonly advertise?: Advertise;
}

/** Asks on one interface (its IPv4 address) who is there, until the returned function is called. */
export type Browse = (
  address: string,
  handlers: { seen(service: FoundService): void; gone(service: FoundService): void; failed(error: Error): void },
) => () => void;
/** Advertises on the interfaces of these names until the returned function is called: their addresses, or of those only this one, or only IPv4. */
export type Advertise = (
  names: readonly string[],
  node: Pick<DnsSdOptions, 'id' | 'name' | 'state' | 'community' | 'port'> & { readonly only: string | undefined; readonly ipv4Only: boolean },
  failed: (error: Error) => void,
) => () => Promise<void>;

/**
 * Shows this node on the local network as `_energymesh._tcp` and lists the others that do (RFC 6763 over multicast DNS, RFC 6762). For people: links are found by beacons.
 * Where there is no multicast nothing is found, and that is all.
 */
export class DnsSd implements AsyncDisposable {
  readonly #o: DnsSdOptions;
  readonly #handlers = new Set<() => void>();
  readonly #list = new NearbyList(() => {
    for (const handler of this.#handlers) handler();
  });
  #looks = 0;
  #cancel: () => void = () => {};
  #stopBrowsing: (() => void)[] = [];
  #stopAdvertising: () => Promise<void> = async () => {};
  #advertised = '';
  #state: string;
  #closed = false;

  constructor(options: DnsSdOptions) {
    this.#o = options;
    this.#state = options.state;
  }

  static open(options: DnsSdOptions): DnsSd {
    const service = new DnsSd(options);
    service.#look();
    return service;
  }

  /** Other nodes, by name. */
  nearby(): readonly NearbyNode[] {
    return this.#list.all();
  }

  /** Called when somebody came, went or changed; not when somebody was merely heard again. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Shown to others with the next look, at once when it changed. */
  setState(state: string): void {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    this.#advertise(this.#interfaces().reached);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel();
    this.#endRound();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#o.clock.after(goodbyeMsMax, resolve);
    await Promise.race([this.#stopAdvertising(), late]);
    cancel();
  }

  #look(): void {
    this.#cancel = this.#o.clock.after(lookEveryMs, () => this.#look());
    const { asked, reached } = this.#interfaces();
    this.#advertise(reached);
    if (this.#looks <= eagerLooks || this.#looks % looksPerRound === 0) this.#round(asked);
    this.#looks++;
    this.#list.expire(this.#o.clock.wall());
  }

  /**
   * On which it is asked who is there (by name, with their IPv4 address), and the addresses under which this node can be reached, by interface. A node that listens
   * on one address only is reached there and nowhere else: on the loopback, by those on the same machine.
   */
  #interfaces(): { readonly asked: ReadonlyMap<string, string>; readonly reached: ReadonlyMap<string, string> } {
    const { interfaces: wanted, networkInterfaces: read = networkInterfaces } = this.#o;
    const one = this.#only();
    const asked = new Map<string, string>();
    const reached = new Map<string, string>();
    for (const [name, infos = []] of Object.entries(read())) {
      const ipv4 = infos.find(({ family }) => family === 'IPv4');
      const usable = ipv4 !== undefined && (wanted ? wanted.includes(name) : !ipv4.internal);
      const at = one === undefined ? usable && ipv4.address : (wanted?.includes(name) ?? true) && infos.some(({ address }) => address === one) && one;
      if (at && reached.size < interfacesMax) reached.set(name, at);
      if (ipv4 && (usable || at) && asked.size < interfacesMax) asked.set(name, ipv4.address);
    }
    return { asked, reached };
  }

  /** Undefined: every address. */
  #only(): string | undefined {
    const address = this.#o.listening?.replace(/%.*/, '');
    return address === '::' || address === '0.0.0.0' ? undefined : address;
  }

  #advertise(interfaces: ReadonlyMap<string, string>): void {
    const { id, name, community, port, listening, advertise = advertiseByCiao } = this.#o;
    const what = JSON.stringify([[...interfaces], this.#state]);
    if (what === this.#advertised) return;
    this.#advertised = what;
    const before = this.#stopAdvertising();
    if (interfaces.size === 0) {
      this.#stopAdvertising = async () => {};
      return;
    }
    // After the goodbye of the one before: both bear the same name.
    const node = { id, name, state: this.#state, community, port, only: this.#only(), ipv4Only: listening === '0.0.0.0' };
    const now = before.then(() => advertise([...interfaces.keys()], node, (error) => this.#failed('advertise', error)));
    this.#stopAdvertising = async () => (await now)();
  }

  /** A new browser each time: it hears everybody again, and what the one before had collected is gone. */
  #round(interfaces: ReadonlyMap<string, string>): void {
    this.#endRound();
    const { browse = browseByBonjour, clock, id } = this.#o;
    const isOther = (service: FoundService) => (service.txt as { id?: unknown } | undefined)?.id !== id;
    for (const address of interfaces.values()) {
      const stop = browse(address, {
        seen: (service) => {
          if (isOther(service)) this.#list.seen(service, clock.wall());
        },
        gone: (service) => this.#list.gone(service),
        failed: (error) => this.#failed('browse', error),
      });
      this.#stopBrowsing.push(stop);
    }
  }

  #endRound(): void {
    for (const stop of this.#stopBrowsing) stop();
    this.#stopBrowsing = [];
  }

  #failed(what: string, error: Error): void {
    this.#o.logger.debug({ error: error.message }, `DNS-SD: cannot ${what}`);
  }
}

const browseByBonjour: Browse = (address, { seen, gone, failed }) => {
  // `bind` to the interface's own address would keep multicast out; the types leave out what multicast-dns takes.
  const options = { interface: address, bind: '0.0.0.0' } as object;
  const bonjour = new Bonjour(options, (error: Error) => failed(error));
  // Without a listener an error of the socket (no multicast here) would end the process.
  (bonjour as unknown as { server: { mdns: NodeJS.EventEmitter } }).server.mdns.on('error', failed);
  const browser = bonjour.find({ type: serviceType });
  browser.on('up', (service) => {
    seen(service);
    if (browser.services.length > servicesMax) browser.stop();
  });
  browser.on('txt-update', (service) => seen(service));
  browser.on('srv-update', (service) => seen(service));
  browser.on('down', (service) => gone(service));
  return () => {
    browser.stop();
    bonjour.destroy();
  };
};

/** A label of at most 63 bytes (RFC 6763 §4.1.1); the id's first digits tell nodes of one name apart. */
function instanceName(name: string, id: string): string {
  const tail = ` (${id.slice(0, 4)})`;
  let head = name.replaceAll('.', ' ');
  while (Buffer.byteLength(head + tail) > 63) head = head.slice(0, -1);
  return head + tail;
}

const advertiseByCiao: Advertise = (names, { id, name, state, community, port, only, ipv4Only }, failed) => {
  let responder: Responder | undefined;
  try {
    responder = getResponder({ interface: [...names] });
    const service = responder.createService({
      name: instanceName(name, id),
      hostname: `energymesh-${id}`,
      type: serviceType,
      port,
      txt: { id, name, state, ...(community && { community: community.name, hub: community.hub }) },
      ...(only === undefined ? {} : { restrictedAddresses: [only] }),
      disabledIpv6: ipv4Only,
    });
    service.advertise().catch(failed);
  } catch (error) {
    failed(error as Error);
  }
  return async () => {
    await responder?.shutdown().catch(failed);
  };
};
