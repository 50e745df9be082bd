import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Papers } from './member.ts';

/** MQTT 3.1.1 by hand, for packets that no client library would send. */
const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** The length that is written may be another than the body's. */
export function packet(first: number, body: Uint8Array, length = body.length): Buffer {
  const head = [first];
  for (let left = length; ; ) {
    const low = left & 0x7f;
    left >>>= 7;
    head.push(left > 0 ? low | 0x80 : low);
    if (left === 0) return Buffer.concat([Buffer.from(head), body]);
  }
}

export const connectPacket = (login: { readonly client: string; readonly username?: string; readonly password?: string }): Buffer => {
  const { client, username, password } = login;
  const flags = 2 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const parts = [text('MQTT'), Buffer.from([4, flags, 0, 30]), text(client)];
  for (const part of [username, password]) if (part !== undefined) parts.push(text(part));
  return packet(0x10, Buffer.concat(parts));
};

/** QoS 1. */
export const publishPacket = (topic: string, payload: Uint8Array): Buffer => packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 1]), payload]));
export const subscribePacket = (filter: string): Buffer => packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([1])]));

/** A TLS connection on which anything may be said. */
export class RawMqtt {
  readonly socket: TLSSocket;
  /** Everything that came. */
  received = Buffer.alloc(0);
  readonly closed: Promise<unknown>;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    socket.on('error', () => {});
    this.closed = once(socket, 'close');
  }

  static async connect(options: {
    readonly port: number;
    readonly from?: string;
    readonly papers?: Pick<Papers, 'key' | 'cert'>;
    readonly session?: Buffer;
  }): Promise<RawMqtt> {
    const { port, from, papers, session } = options;
    const settings = {
      host: '127.0.0.1',
      port,
      rejectUnauthorized: false,
      ...papers,
      ...(from ? { localAddress: from } : {}),
      ...(session ? { session } : {}),
    };
    const raw = new RawMqtt(connect(settings));
    await Promise.race([once(raw.socket, 'secureConnect'), raw.closed.then(() => Promise.reject(new Error('closed in the handshake')))]);
    return raw;
  }

  /** Sends and waits for so many bytes of answer, or the end. */
  async say(bytes: Uint8Array, answerBytes = 0): Promise<void> {
    this.socket.write(bytes);
    while (this.received.length < answerBytes) {
      const end = await Promise.race([once(this.socket, 'data').then(() => false), this.closed.then(() => true)]);
      if (end) return;
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

/** MQTT 3.1.1 §3.2.2.3 */
export const connackCode = (received: Uint8Array): number | undefined => (received[0] === 0x20 && received.length >= 4 ? received[3] : undefined);
