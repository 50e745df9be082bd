import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet, parser, writeToStream } from 'mqtt-packet';

/** One connection of a client, as the broker sees it. */
export interface Client {
  readonly id: string;
  readonly socket: Socket;
  readonly version: 4 | 5;
  readonly connect: IConnectPacket;
  readonly subscribes: ISubscribePacket[];
  readonly acknowledged: number[];
}

/**
 * A broker for tests that speaks MQTT 5 and 3.1.1 and does only what it is told: it withholds PUBACKs, refuses, hangs up.
 * It keeps no sessions and forwards nothing; `send` publishes to a client.
 */
export class SmallBroker {
  readonly #server: Server;
  readonly clients = new Map<string, Client>();
  readonly connects: IConnectPacket[] = [];
  readonly publishes: { client: Client; packet: IPublishPacket }[] = [];
  readonly unsubscribes: string[] = [];
  /** What to do with a CONNECT of that version. */
  onConnect: (packet: IConnectPacket) => 'accept' | 'hang-up' | number = () => 'accept';
  /** The reason code of a PUBACK; undefined: withhold it. */
  onPublish: (packet: IPublishPacket, client: Client) => number | 'hang-up' | undefined = () => 0;
  receiveMaximum = 20;
  maximumPacketSize: number | undefined;
  readonly #waiters: { test: () => boolean; resolve: () => void }[] = [];
  readonly #sockets = new Set<Socket>();
  #packetId = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(port = 0): Promise<SmallBroker> {
    const server = createServer();
    const broker = new SmallBroker(server);
    server.on('connection', (socket) => broker.#accept(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return broker;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }
  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Resolves when `test` holds; it is asked after every packet and connection. */
  async until(test: () => boolean): Promise<void> {
    if (test()) return;
    await new Promise<void>((resolve) => this.#waiters.push({ test, resolve }));
  }

  send(id: string, topic: string, payload: string, over: Partial<IPublishPacket> = {}): number {
    const client = this.clients.get(id);
    if (!client) throw new Error(`no client ${id}`);
    const messageId = over.messageId ?? ++this.#packetId;
    this.#write(client, { cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, ...over, messageId });
    return messageId;
  }
  acknowledge(published: { client: Client; packet: IPublishPacket }, reasonCode = 0): void {
    this.#write(published.client, { cmd: 'puback', messageId: published.packet.messageId ?? 0, reasonCode });
  }
  /** As another client with the same id would have it. */
  takeOver(id: string): void {
    const client = this.clients.get(id);
    if (!client) throw new Error(`no client ${id}`);
    if (client.version === 5) this.#write(client, { cmd: 'disconnect', reasonCode: 0x8e });
    client.socket.end();
  }
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #write(client: Client, packet: Packet): void {
    writeToStream(packet, client.socket, { protocolVersion: client.version });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let client: Client | undefined;
    const parsed = parser({});
    socket.on('data', (bytes: Buffer) => {
      parsed.parse(bytes);
      this.#look();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (client && this.clients.get(client.id) === client) this.clients.delete(client.id);
      this.#look();
    });
    parsed.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') client = this.#connect(socket, packet);
      else if (client) this.#packet(client, packet);
    });
  }

  #connect(socket: Socket, packet: IConnectPacket): Client | undefined {
    this.connects.push(packet);
    const version = packet.protocolVersion === 5 ? 5 : 4;
    const verdict = this.onConnect(packet);
    if (verdict === 'hang-up') {
      socket.end();
      return undefined;
    }
    if (verdict !== 'accept') {
      // Brokers older than MQTT 5 answer in their own version's form.
      writeToStream({ cmd: 'connack', returnCode: verdict, reasonCode: verdict, sessionPresent: false }, socket, { protocolVersion: verdict >= 0x80 ? 5 : 4 });
      socket.end();
      return undefined;
    }
    const client: Client = { id: packet.clientId, socket, version, connect: packet, subscribes: [], acknowledged: [] };
    this.clients.get(client.id)?.socket.end();
    this.clients.set(client.id, client);
    const properties = { receiveMaximum: this.receiveMaximum, ...(this.maximumPacketSize ? { maximumPacketSize: this.maximumPacketSize } : {}) };
    this.#write(client, { cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false, ...(version === 5 ? { properties } : {}) });
    return client;
  }

  #packet(client: Client, packet: Packet): void {
    if (packet.cmd === 'publish') {
      this.publishes.push({ client, packet });
      const code = this.onPublish(packet, client);
      if (code === 'hang-up') client.socket.end();
      else if (code !== undefined && packet.qos === 1) this.acknowledge({ client, packet }, code);
    } else if (packet.cmd === 'subscribe') {
      client.subscribes.push(packet);
      this.#write(client, { cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) });
    } else if (packet.cmd === 'unsubscribe') {
      this.unsubscribes.push(...packet.unsubscriptions);
      this.#write(client, { cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) });
    } else if (packet.cmd === 'puback') client.acknowledged.push(packet.messageId ?? 0);
    else if (packet.cmd === 'pingreq') this.#write(client, { cmd: 'pingresp' });
  }

  #look(): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.test()) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  }
}
