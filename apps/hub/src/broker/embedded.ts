import { createHash, timingSafeEqual } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Accepted, CertificateVerifier } from '@energymesh/identity';
import type { Aedes, AuthenticateError, Client, PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { EmbeddedConfig } from '../config.ts';
import type { ServerIdentity } from '../identity/server-certificate.ts';
import type { Arrival } from '../ingest/message.ts';
import { Tally } from '../tally.ts';
import type { Topics } from '../topics.ts';
import { admitNode, mayPublish, maySubscribe, type Principal } from './access.ts';
import { Acknowledger } from './acknowledger.ts';
import { type Broker, type BrokerView, QueueFull } from './broker.ts';
import { listen, nodeDoor, tlsOptions, toolsDoor } from './doors.ts';
import { DurableSessions, type DurableSessionsOptions } from './durable-sessions.ts';
import { PacketMeter } from './packet-meter.ts';
import { StoringAedes } from './storing-aedes.ts';

export interface EmbeddedOptions {
  readonly config: EmbeddedConfig;
  readonly topics: Topics;
  readonly verifier: CertificateVerifier;
  readonly rootPem: string;
  readonly identity: ServerIdentity;
  readonly toolsPassword: string;
  readonly clock: Clock;
  readonly isRevoked: (node: string, serial: string) => boolean;
  /** Enrolled and not revoked. */
  readonly isMember: (node: string) => boolean;
  /** Resolves when the message is committed; its PUBACK is written after that, and never when it rejects. */
  readonly ingest: (arrival: Arrival) => Promise<void>;
  /** What the sessions were, and where their changes go: resolves when a change is on disk. */
  readonly sessions: Pick<DurableSessionsOptions, 'stored' | 'write' | 'patience'>;
  readonly log: Logger;
}

const packetBytesMax = 1024 * 1024;
/** Messages per session as Mosquitto's default; sessions for 500 nodes and as many programs; absence as the gateways ask of an MQTT 5 broker. docs/hub.md */
const sessionLimits = {
  messagesMax: 1000,
  bytesMax: 8 * 1024 * 1024,
  allBytesMax: 64 * 1024 * 1024,
  sessionsMax: 1000,
  awayMsMax: 7 * 86_400_000,
};
/** What is taken from clients and not acknowledged yet. A gateway has up to 1,000 messages under way. */
const unacknowledgedLimits = { messagesMax: 1000, bytesMax: 8 * 1024 * 1024, allBytesMax: 64 * 1024 * 1024 };
const sweepMs = 600_000;
/** MQTT 3.1.1 §3.2.2.3 */
const connack = { identifierRejected: 2, badPassword: 4, notAuthorised: 5 } as const;

type Peer = { readonly kind: 'node'; readonly certificate: Accepted } | { readonly kind: 'tool' };
interface Doors {
  readonly nodes: TlsServer;
  readonly tools: Server;
}
type Answer<T> = (error: AuthenticateError | null, value: T) => void;

/** MQTT 3.1.1 broker in this process: gateways by node certificate, programs and tools by password, nobody else. */
export class EmbeddedBroker implements Broker {
  readonly nodesPort: number;
  readonly toolsPort: number;
  readonly #aedes: StoringAedes;
  readonly #sessions: DurableSessions;
  readonly #options: EmbeddedOptions;
  readonly #doors: Doors;
  readonly #state: State;
  readonly #stopSweeping: () => void;

  private constructor(parts: {
    aedes: StoringAedes;
    sessions: DurableSessions;
    options: EmbeddedOptions;
    doors: Doors;
    state: State;
    nodesPort: number;
    toolsPort: number;
  }) {
    this.#aedes = parts.aedes;
    this.#sessions = parts.sessions;
    this.#options = parts.options;
    this.#doors = parts.doors;
    this.#state = parts.state;
    this.nodesPort = parts.nodesPort;
    this.toolsPort = parts.toolsPort;
    const { clock, log } = parts.options;
    const sweep = () => void parts.sessions.sweep().catch((error: Error) => log.error({ error: error.message }, 'sweeping the sessions failed'));
    this.#stopSweeping = clock.every(sweepMs, sweep);
  }

  static async open(options: EmbeddedOptions): Promise<EmbeddedBroker> {
    const { clock, log } = options;
    const sessions = await DurableSessions.open({
      ...options.sessions,
      now: () => clock.now(),
      limits: sessionLimits,
      lost: (reason, client, detail) => {
        state.refused.add(reason);
        log.warn({ reason, client, detail }, 'a session lost something');
      },
    });
    const state: State = new State(options, (packet, client) => aedes.take(packet, client));
    const aedes = new StoringAedes(
      {
        maxClientsIdLength: 64,
        authenticate: (client, username, password, answer) => state.authenticate(client, username, password, answer),
        authorizePublish: (client, packet, answer) => state.authorizePublish(client, packet, answer),
        authorizeSubscribe: (client, subscription, answer) => answer(null, state.maySubscribe(client, subscription.topic) ? subscription : null),
        // aedes stores refused filters beside granted ones of the same SUBSCRIBE; what they catch stops here.
        authorizeForward: (client, packet) => (state.mayReceive(client, packet.topic) && !sessions.lacks(client.id, packet.payload as Buffer) ? packet : null),
      },
      sessions,
    );
    await aedes.listen();
    aedes.on('client', (client) => sessions.present(client.id, true));
    aedes.on('clientDisconnect', (client) => sessions.present(client.id, false));
    aedes.on('clientError', (client, error) => options.log.debug({ client: client.id, error: error.message }, 'mqtt client closed'));
    aedes.on('connectionError', (_, error) => state.refused.add(error.message.startsWith('connect did not arrive') ? 'no-connect' : 'malformed'));
    const nodes = nodeDoor({
      ...options,
      accepted: (socket, certificate) => state.take(aedes, socket, { kind: 'node', certificate }),
      refused: (reason, detail, socket) => state.refuse(reason, detail, socket),
    });
    const { config } = options;
    const tools = toolsDoor(config.tools.tls ? options.identity : undefined, (socket) => state.take(aedes, socket, { kind: 'tool' }));
    const close = () => {
      for (const part of [nodes, tools, aedes]) part.close();
    };
    try {
      const nodesPort = await listen(nodes, config.host, config.port);
      const toolsPort = await listen(tools, config.tools.host, config.tools.port);
      return new EmbeddedBroker({ aedes, sessions, options, doors: { nodes, tools }, state, nodesPort, toolsPort });
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Rejects with QueueFull when sessions want the message and none has room. */
  async publish(message: { topic: string; payload: Uint8Array; retain?: boolean; expirySeconds?: number }): Promise<void> {
    const { topic, retain = false, expirySeconds } = message;
    const payload = Buffer.from(message.payload);
    const messageExpiry = expirySeconds === undefined ? {} : { messageExpiry: this.#options.clock.now() + expirySeconds * 1000 };
    const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 1, retain, dup: false, ...messageExpiry };
    await this.#aedes.store(packet, null);
    if (this.#sessions.wasRefused(payload)) throw new QueueFull(`too many messages wait for who subscribed to ${topic}`);
  }

  dismiss(node: string): void {
    for (const [client, principal] of this.#state.principals) {
      if (principal.kind === 'node' && (principal.node === node || principal.session === node)) client.conn.destroy();
    }
  }

  /** New connections get the new certificate. */
  renew(identity: ServerIdentity): void {
    this.#doors.nodes.setSecureContext({ ...tlsOptions(identity), ca: this.#options.rootPem });
    if (this.#options.config.tools.tls) (this.#doors.tools as TlsServer).setSecureContext(tlsOptions(identity));
  }

  present(): readonly string[] {
    return [...new Set([...this.#state.principals.values()].flatMap((principal) => (principal.kind === 'node' ? [principal.node] : [])))];
  }

  view(): BrokerView {
    const sessions = [...this.#state.principals.keys()].map((client) => client.id).sort();
    const { count: kept, waiting } = this.#sessions;
    return { kind: 'embedded', connected: true, sessions, kept, waiting, refused: this.#state.refused.view() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopSweeping();
    const closed = [this.#doors.nodes, this.#doors.tools].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#state.sockets) socket.destroy();
    await Promise.all(closed);
  }
}

/** Who is connected, and what they may: aedes's questions are answered here. */
class State {
  readonly refused = new Tally();
  readonly principals = new Map<Client, Principal>();
  readonly sockets = new Set<Socket>();
  readonly #peers = new WeakMap<object, Peer>();
  readonly #options: EmbeddedOptions;
  readonly #toolsPasswordHash: Buffer;
  readonly #acknowledger = new Acknowledger(unacknowledgedLimits);
  /** Publishes; resolves when the message is on disk for every session that wants it. */
  readonly #store: (packet: PublishPacket, client: Client) => Promise<unknown>;

  constructor(options: EmbeddedOptions, store: (packet: PublishPacket, client: Client) => Promise<unknown>) {
    this.#options = options;
    this.#store = store;
    this.#toolsPasswordHash = createHash('sha256').update(options.toolsPassword).digest();
  }

  refuse(reason: string, detail: string, socket: TLSSocket | Socket | undefined): void {
    this.refused.add(reason);
    this.#options.log.warn({ reason, detail, from: socket?.remoteAddress }, 'mqtt connection refused');
  }

  take(aedes: Aedes, socket: Socket, peer: Peer): void {
    const meter = new PacketMeter(packetBytesMax);
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const chunk: unknown = read(size);
      if (!(chunk instanceof Uint8Array) || meter.accept(chunk)) return chunk;
      this.refuse('packet-too-big', `more than ${packetBytesMax} bytes`, socket);
      socket.destroy();
      return null;
    };
    this.sockets.add(socket);
    this.#peers.set(socket, peer);
    const client = aedes.handle(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.principals.delete(client);
    });
  }

  authenticate(client: Client, username: string | undefined, password: Uint8Array | undefined, answer: Answer<boolean | null>): void {
    const refuse = (reason: string, detail: string, returnCode: number) => {
      this.refuse(reason, detail, client.conn as Socket);
      answer(Object.assign(new Error(detail), { returnCode }) as AuthenticateError, false);
    };
    const peer = this.#peers.get(client.conn);
    if (!peer) return refuse('no-peer', 'unknown connection', connack.notAuthorised);
    if (peer.kind === 'tool') {
      const found = createHash('sha256')
        .update(password ?? '')
        .digest();
      if (username !== this.#options.config.tools.username || !timingSafeEqual(found, this.#toolsPasswordHash)) {
        return refuse('bad-password', 'wrong user name or password', connack.badPassword);
      }
      if (client.id.startsWith('em-')) return refuse('client-id', 'em-... ids belong to nodes', connack.identifierRejected);
      this.principals.set(client, { kind: 'tool', name: username });
      return answer(null, true);
    }
    const admission = admitNode(peer.certificate, client.id, this.#options.isMember);
    if (!admission.ok) return refuse('session', admission.why, connack.identifierRejected);
    this.principals.set(client, admission.principal);
    answer(null, true);
  }

  authorizePublish(client: Client | null, packet: PublishPacket, answer: (error?: Error | null) => void): void {
    const principal = client && this.principals.get(client);
    if (!client || !principal) return answer(new Error('not authorised'));
    if (!mayPublish(principal, packet.topic, this.#options.topics)) {
      this.refuse('topic', `${client.id} may not publish on ${packet.topic.slice(0, 200)}`, undefined);
      return answer(new Error('topic not allowed'));
    }
    // Nothing but the community document is retained: a retained command would arrive late, and the store of retained messages has no bound and is in memory.
    packet.retain = false;
    // Of the node's messages the hub keeps its own copy. QoS 2 is published by aedes before its PUBREC, and QoS 0 promises nothing.
    const kept = principal.kind === 'node' ? this.#ingest(packet, principal.node) : Promise.resolve();
    if (packet.qos === 1) return this.#take(client, packet, kept, answer);
    kept.then(
      () => answer(null),
      (error: Error) => {
        this.refused.add('not-committed');
        answer(error);
      },
    );
  }

  /** Whoever is here gets the message while it is being written, its publisher the PUBACK after that. */
  #take(client: Client, packet: PublishPacket, kept: Promise<void>, answer: () => void): void {
    const message = { client: client.id, id: packet.messageId!, bytes: packet.payload.length };
    const stored = Promise.all([kept, this.#store(packet, client)]);
    stored.catch(() => this.refused.add('not-committed'));
    void this.#acknowledger.answer(message, client.conn, stored).then(() => answer());
  }

  #ingest({ topic, payload }: PublishPacket, via: string): Promise<void> {
    return this.#options.ingest({ topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, via });
  }

  maySubscribe(client: Client, filter: string): boolean {
    const principal = this.principals.get(client);
    if (principal && maySubscribe(principal, filter, this.#options.topics)) return true;
    this.refuse('filter', `${client.id} may not subscribe to ${filter.slice(0, 200)}`, undefined);
    return false;
  }

  mayReceive(client: Client, topic: string): boolean {
    const principal = this.principals.get(client);
    if (principal?.kind !== 'node') return principal !== undefined;
    const parsed = this.#options.topics.parse(topic);
    if (parsed.at === 'told' || parsed.at === 'call') return parsed.node === principal.session;
    return parsed.at === 'command' || parsed.at === 'document' || parsed.at === 'other';
  }
}
