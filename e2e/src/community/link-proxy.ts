import { createHmac } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { beaconMacInput, decodeBeacon, encodeBeacon } from '@energymesh/protocol';

/** One end's segment: the multicast group on which this end, and nobody else but the proxy, is heard. */
export interface Side {
  readonly group: string;
  readonly port: number;
}

/**
 * A simulated stretch of road between two nodes of one machine: it passes beacons and TLS connections on, unread,
 * and can swallow everything without closing anything, as a silent radio does.
 */
export class LinkProxy {
  readonly #key: Uint8Array;
  readonly #sides: readonly [Side, Side];
  readonly #udp: UdpSocket[] = [];
  /** Listener k stands for side k towards the other side. */
  readonly #servers: Server[] = [];
  /** Where side k listens, from its last beacon. */
  readonly #targets: (number | undefined)[] = [undefined, undefined];
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #swallowing = false;
  /** The port to connect to in place of an end's own: something that looks at what passes. */
  #detour: (to: 0 | 1, port: number) => number = (_, port) => port;

  private constructor(sides: readonly [Side, Side], beaconKey: Uint8Array) {
    this.#sides = sides;
    this.#key = beaconKey;
  }

  static async open(sides: readonly [Side, Side], beaconKey: Uint8Array): Promise<LinkProxy> {
    const proxy = new LinkProxy(sides, beaconKey);
    for (const k of [0, 1] as const) {
      const server = createServer((socket) => proxy.#join(k, socket)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      proxy.#servers.push(server);
    }
    for (const k of [0, 1] as const) {
      const udp = createSocket({ type: 'udp4', reuseAddr: true });
      udp.on('message', (datagram) => proxy.#beacon(k, datagram));
      udp.bind(sides[k].port, sides[k].group);
      await once(udp, 'listening');
      udp.addMembership(sides[k].group, '127.0.0.1');
      udp.setMulticastInterface('127.0.0.1');
      udp.setMulticastLoopback(true);
      proxy.#udp.push(udp);
    }
    return proxy;
  }

  /** Nothing passes any more; connections stay open and silent. */
  blackhole(): void {
    this.#swallowing = true;
    for (const [a, b] of this.#pairs) {
      a.pause();
      b.pause();
    }
  }

  /** Everything passes again, what was held first, as TCP would send it again. */
  heal(): void {
    this.#swallowing = false;
    for (const [a, b] of this.#pairs) {
      a.resume();
      b.resume();
    }
  }

  /** From now on connections to side `to` go to the port that `detour` gives for its own; those that are open are cut. */
  lead(detour: (to: 0 | 1, port: number) => number): void {
    this.#detour = detour;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  async close(): Promise<void> {
    for (const udp of this.#udp) udp.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  #beacon(from: 0 | 1, datagram: Buffer): void {
    const beacon = decodeBeacon(datagram);
    if ('error' in beacon || this.#swallowing) return;
    const to = (1 - from) as 0 | 1;
    const own = this.#servers.map((s) => (s.address() as AddressInfo).port);
    if (own.includes(beacon.port)) return; // what this proxy itself sent
    this.#targets[from] = beacon.port;
    const announced = { nonce: beacon.nonce, port: own[from]!, incarnation: beacon.incarnation };
    const mac = createHmac('sha256', this.#key).update(beaconMacInput(announced)).digest().subarray(0, 16);
    this.#udp[to]?.send(encodeBeacon({ ...announced, mac }), this.#sides[to].port, this.#sides[to].group);
  }

  #join(to: 0 | 1, near: Socket): void {
    const port = this.#targets[to];
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(this.#detour(to, port), '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('data', (chunk) => {
        if (!other.write(chunk)) {
          socket.pause();
          other.once('drain', () => {
            if (!this.#swallowing) socket.resume();
          });
        }
      });
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#pairs.delete(pair);
        other.destroySoon();
      });
      if (this.#swallowing) socket.pause();
    }
  }
}
