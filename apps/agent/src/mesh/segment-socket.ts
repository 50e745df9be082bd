import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { SegmentAddress } from './segments.ts';

export interface SegmentSocketOptions {
  readonly address: SegmentAddress;
  readonly onDatagram: (bytes: Uint8Array, from: string) => void;
  /** The socket is closed: the interface went away, or the group cannot be joined. */
  readonly onBroken: (error: Error) => void;
}

/** A segment's socket; several processes of one machine may hold the same group and port. */
export class SegmentSocket {
  readonly #socket: Socket;
  readonly #address: SegmentAddress;
  #open = true;

  /** Rejects when the group cannot be bound or joined; nothing is left open then. */
  static async open(options: SegmentSocketOptions): Promise<SegmentSocket> {
    const { family, bound, port, membership } = options.address;
    const socket = createSocket({ type: family, reuseAddr: true });
    try {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.once('error', reject);
      socket.bind({ address: bound, port }, resolve);
      await promise;
      socket.off('error', reject);
      if (membership) {
        socket.addMembership(membership.group, membership.local);
        socket.setMulticastInterface(membership.local);
        socket.setMulticastLoopback(true);
        socket.setMulticastTTL(1);
      }
      return new SegmentSocket(socket, options);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  private constructor(socket: Socket, options: SegmentSocketOptions) {
    this.#socket = socket;
    this.#address = options.address;
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      if (this.#open && options.address.accepts(from.address)) options.onDatagram(bytes, from.address);
    });
    socket.on('error', (error) => {
      if (this.close()) options.onBroken(error);
    });
    socket.unref();
  }

  /** An interface that was removed and came back under the same address has lost its memberships. */
  refresh(): void {
    const { membership } = this.#address;
    if (!membership) return;
    try {
      this.#socket.setMulticastInterface(membership.local);
      this.#socket.addMembership(membership.group, membership.local);
    } catch {
      // Still a member (EADDRINUSE), or the interface is going: the next look at the interfaces tells.
      return;
    }
  }

  /** A datagram that cannot be sent is lost, as datagrams are; the next beacon tries again. */
  send(bytes: Uint8Array, onError: (error: Error) => void): void {
    if (!this.#open) return;
    for (const target of this.#address.targets) {
      this.#socket.send(bytes, this.#address.port, target, (error) => {
        if (error) onError(error);
      });
    }
  }

  /** False when it was closed before. */
  close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#socket.close();
    return true;
  }
}
