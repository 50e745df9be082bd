import { ConnId, type Input, type NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import { Connection } from './connection.ts';
import type { MeshIdentity } from './ports.ts';
import type { Peer } from './tls.ts';

export interface LinksOptions {
  readonly identity: Pick<MeshIdentity, 'judge'>;
  readonly clock: Clock;
  readonly input: (input: Input) => void;
  /** `name`: one of few. */
  readonly count: (name: string) => void;
}

/** The open connections, by the id that the protocol knows them by. */
export class Links {
  readonly #o: LinksOptions;
  readonly #byId = new Map<ConnId, Connection>();
  readonly #byPeer = new Map<Peer, Connection>();
  readonly #segments = new Map<ConnId, string>();
  #lastId = 0;

  constructor(options: LinksOptions) {
    this.#o = options;
  }

  add(peer: Peer, from: { readonly segment: string; readonly candidate?: string }): void {
    const { clock, input, count } = this.#o;
    const id = ConnId(++this.#lastId);
    const { channel, node, certificate } = peer;
    const connection = new Connection({
      id,
      peer,
      clock,
      onData: (bytes) => input({ type: 'data', conn: id, bytes }),
      onClosed: (reason) => {
        this.#forget(id, peer);
        if (reason === 'slow-reader') count('link-slow-reader');
        input({ type: 'closed', conn: id, reason });
      },
    });
    this.#byId.set(id, connection);
    this.#byPeer.set(peer, connection);
    this.#segments.set(id, from.segment);
    connection.settled.then(() => this.#forget(id, peer));
    input({ type: 'connected', conn: id, channel, node, certificate, dialled: from.candidate !== undefined, ...from });
  }

  /** A frame for a connection that is gone is dropped: the protocol is told by `closed`. */
  send(id: ConnId, frame: Uint8Array): void {
    this.#byId.get(id)?.send(frame);
  }

  close(id: ConnId): void {
    this.#byId.get(id)?.close();
  }

  /** The other end's address, IPv6 link-local ones with their zone; undefined without a connection. */
  addressOf(node: NodeId): string | undefined {
    for (const [peer, connection] of this.#byPeer) if (peer.node === node && connection.open) return plainAddress(peer.socket.remoteAddress ?? '');
    return undefined;
  }

  /** Ends what runs with a node over segments of which `over` is true. */
  drop(node: NodeId, over: (segment: string) => boolean, reason: string): void {
    for (const connection of [...this.#byId.values()])
      if (connection.node === node && over(this.#segments.get(connection.id) ?? '')) connection.destroy(reason);
  }

  isOpen(peer: Peer): boolean {
    return this.#byPeer.get(peer)?.open ?? false;
  }

  abandon(peer: Peer): void {
    this.#byPeer.get(peer)?.destroy('abandoned');
  }

  /** The community document or the clock's floor changed: who would be refused now is cut off now. */
  judgeAgain(): void {
    for (const connection of [...this.#byId.values()]) {
      const verdict = this.#o.identity.judge(connection.certificate);
      if (verdict.ok) continue;
      this.#o.count(`link-refused-${verdict.reason}`);
      connection.destroy(verdict.reason);
    }
  }

  /** Lets the last frames leave for at most `graceMs`, then cuts what is left. */
  async closeAll(graceMs: number): Promise<void> {
    const all = [...this.#byId.values()];
    for (const connection of all) connection.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#o.clock.after(graceMs, resolve);
    await Promise.race([Promise.all(all.map((connection) => connection.settled)), late]);
    cancel();
    for (const connection of all) connection.destroy('stopped');
  }

  #forget(id: ConnId, peer: Peer): void {
    this.#byId.delete(id);
    this.#segments.delete(id);
    this.#byPeer.delete(peer);
  }
}

/** An IPv4 address that came by an IPv6 socket, as itself. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d)/, '');
