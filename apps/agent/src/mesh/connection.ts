import type { TLSSocket } from 'node:tls';
import type { Channel, ConnId, NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import type { Peer } from './tls.ts';

/** Bytes that may wait in this process for a peer that does not read; at the bound the connection is closed as a slow reader's. */
export const writeBytesMax: Readonly<Record<Channel, number>> = { urgent: 1024 * 1024, bulk: 4 * 1024 * 1024 };

/** How long the last frames may take to leave before a closed connection is cut off. */
const lingerMs = 2_000;

export interface ConnectionOptions {
  readonly id: ConnId;
  readonly peer: Peer;
  readonly clock: Clock;
  readonly onData: (bytes: Uint8Array) => void;
  /** Once, when the connection has ended otherwise than by `close`. */
  readonly onClosed: (reason: string) => void;
}

/** One TLS connection of a link. Frames given within one turn of the event loop leave as one write. */
export class Connection {
  readonly id: ConnId;
  readonly channel: Channel;
  readonly node: NodeId;
  readonly certificate: Uint8Array;
  /** The socket is gone. */
  readonly settled: Promise<void>;
  readonly #socket: TLSSocket;
  readonly #options: ConnectionOptions;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #scheduled = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.#options = options;
    const { socket, channel, node, certificate } = options.peer;
    this.channel = channel;
    this.node = node;
    this.certificate = certificate;
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      if (!this.#closed) options.onData(bytes);
    });
    socket.on('end', () => this.#end('closed by peer'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'error'));
    this.settled = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('close', () => this.#end('closed'));
  }

  get open(): boolean {
    return !this.#closed;
  }

  /** False: the peer reads too slowly and the connection is closed, or it was closed before. */
  send(frame: Uint8Array): boolean {
    if (this.#closed) return false;
    if (this.#bytes + this.#socket.writableLength + frame.length > writeBytesMax[this.channel]) {
      this.#end('slow-reader');
      return false;
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
    return true;
  }

  /** What was sent before leaves first, as far as the peer still takes it. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    const cancel = this.#options.clock.after(lingerMs, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
    this.#socket.end();
    this.#socket.resume();
  }

  /** At once, without what waits to be sent. */
  destroy(reason: string): void {
    this.#end(reason);
    this.#socket.destroy();
  }

  #flush(): void {
    this.#scheduled = false;
    const frames = this.#frames;
    if (frames.length === 0 || this.#closed) return;
    this.#frames = [];
    this.#bytes = 0;
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#frames = [];
    this.#socket.destroy();
    this.#options.onClosed(reason);
  }
}
