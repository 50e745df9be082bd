import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type Channel, decodeFrame, encodeFrame, FrameSplitter, Incarnation, isWireError, kind, type Message } from '@energymesh/protocol';
import type { Papers } from './member.ts';

export interface LinkClientOptions {
  readonly port: number;
  readonly channel?: Channel | 'nonsense';
  readonly papers?: Pick<Papers, 'key' | 'cert'>;
  /** 127.0.0.x: who is asking, as far as the listener's limits see. */
  readonly from?: string;
  readonly session?: Buffer;
}

const alpn = { urgent: 'em-urgent/1', bulk: 'em-bulk/1', nonsense: 'http/1.1' } as const;

/** Speaks the link protocol to a node's links port, well or badly. */
export class LinkClient {
  readonly socket: TLSSocket;
  /** Frames that came, in order. */
  readonly frames: Message[] = [];
  /** Resolves when the other end has closed, to the error that it did so with, if any. */
  readonly closed: Promise<string | undefined>;
  #sequence = 0;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    const splitter = new FrameSplitter(256 * 1024);
    socket.on('data', (bytes) => {
      for (const part of splitter.push(bytes)) {
        const message = part instanceof Uint8Array ? decodeFrame(part) : undefined;
        if (message && !isWireError(message) && !('skipped' in message)) this.frames.push(message);
      }
    });
    let error: string | undefined;
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      error = cause.code ?? cause.message;
    });
    this.closed = once(socket, 'close').then(() => error);
  }

  /** Rejects when the handshake fails. That of TLS 1.3 ends for the client before the server has judged it. */
  static async connect(options: LinkClientOptions): Promise<LinkClient> {
    const { port, channel = 'urgent', papers, from, session } = options;
    const settings: ConnectionOptions & { localAddress?: string } = {
      host: '127.0.0.1',
      port,
      ALPNProtocols: [alpn[channel]],
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ...papers,
      ...(from ? { localAddress: from } : {}),
      ...(session ? { session } : {}),
    };
    const client = new LinkClient(connect(settings));
    await Promise.race([once(client.socket, 'secureConnect'), client.closed.then((error) => Promise.reject(new Error(error ?? 'closed in the handshake')))]);
    return client;
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** A hello as of a node that has just started. */
  hello(): void {
    this.send(
      encodeFrame({
        kind: kind.hello,
        incarnation: Incarnation(1),
        features: 3,
        sequence: this.#sequence++,
        sentMicros: 1,
        echoMicros: 0,
        echoAgeMicros: 0,
        intervalMs: 2000,
        cost: 0,
        yourIncarnation: Incarnation(0),
        database: '0000000000000000',
        community: 0,
      }),
    );
  }

  /** Reason of the goodbye that came, if one did. */
  get bye(): number | undefined {
    return this.frames.find((frame) => frame.kind === kind.bye)?.reason;
  }

  /** Resolves with the first frame of the kind, at once if it came already. */
  async frame(of: number): Promise<Message> {
    for (;;) {
      const found = this.frames.find((frame) => frame.kind === of);
      if (found) return found;
      await Promise.race([once(this.socket, 'data'), this.closed.then(() => Promise.reject(new Error('closed before the frame came')))]);
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
