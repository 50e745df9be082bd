import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { FrameSplitter } from '@energymesh/protocol';
import type { Papers } from './member.ts';

const alpn = ['em-urgent/1', 'em-bulk/1'];

/**
 * Sits in a link with the keys of both ends, stolen, and records every frame that passes. Side 0 and 1 are those of the link
 * proxy that leads connections here.
 */
export class Tap {
  /** Whole frames towards each side, in order. */
  readonly towards: readonly [Uint8Array[], Uint8Array[]] = [[], []];
  readonly #servers: Server[] = [];
  readonly #targets: [number, number] = [0, 0];
  readonly #sockets = new Set<TLSSocket>();

  static async open(papers: readonly [Pick<Papers, 'key' | 'cert'>, Pick<Papers, 'key' | 'cert'>]): Promise<Tap> {
    const tap = new Tap();
    for (const to of [0, 1] as const) {
      const settings = { ...papers[to], ALPNProtocols: alpn, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' as const };
      const server = createServer(settings, (near) => tap.#join(to, near, papers[1 - to]!)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      tap.#servers.push(server);
    }
    return tap;
  }

  /** For `LinkProxy.lead`. */
  readonly detour = (to: 0 | 1, port: number): number => {
    this.#targets[to] = port;
    return (this.#servers[to]!.address() as AddressInfo).port;
  };

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  #join(to: 0 | 1, near: TLSSocket, papers: Pick<Papers, 'key' | 'cert'>): void {
    const far = connect({
      host: '127.0.0.1',
      port: this.#targets[to],
      ...papers,
      ALPNProtocols: [String(near.alpnProtocol)],
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    });
    const from = (1 - to) as 0 | 1;
    for (const [source, sink, side] of [
      [near, far, to],
      [far, near, from],
    ] as const) {
      this.#sockets.add(source);
      source.setNoDelay(true);
      const splitter = new FrameSplitter(256 * 1024);
      source.on('data', (bytes) => {
        for (const part of splitter.push(bytes)) if (part instanceof Uint8Array) this.towards[side].push(Uint8Array.from(part));
        sink.write(bytes);
      });
      source.on('error', () => source.destroy());
      source.on('close', () => {
        this.#sockets.delete(source);
        sink.destroySoon();
      });
    }
  }
}
