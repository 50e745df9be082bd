import { createHash, timingSafeEqual } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Accepted, CertificateVerifier } from '@energymesh/identity';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { EmbeddedConfig } from '../config.ts';
import type { ServerIdentity } from '../identity/server-certificate.ts';
import type { Arrival } from '../ingest/message.ts';
import { Tally } from '../tally.ts';
import type { Topics } from '../topics.ts';
import { admitNode, mayPublish, maySubscribe, type Principal } from './access.ts';
import { boundQueues, type OutgoingQueues } from './bounded-queues.ts';
import type { Broker, BrokerView } from './broker.ts';
import { listen, nodeDoor, tlsOptions, toolsDoor } from './doors.ts';
import { PacketMeter } from './packet-meter.ts';

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
  readonly log: Logger;
}

const packetBytesMax = 1024 * 1024;
/** As Mosquitto's default: docs/hub.md. */
const queuedMessagesMax = 1000;
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
  readonly #aedes: Aedes;
  readonly #options: EmbeddedOptions;
  readonly #doors: Doors;
  readonly #state: State;

  private constructor(parts: { aedes: Aedes; options: EmbeddedOptions; doors: Doors; state: State; nodesPort: number; toolsPort: number }) {
    this.#aedes = parts.aedes;
    this.#options = parts.options;
    this.#doors = parts.doors;
    this.#state = parts.state;
    this.nodesPort = parts.nodesPort;
    this.toolsPort = parts.toolsPort;
  }

  static async open(options: EmbeddedOptions): Promise<EmbeddedBroker> {
    const state = new State(options);
    const aedes = await Aedes.createBroker({
      maxClientsIdLength: 64,
      authenticate: (client, username, password, answer) => state.authenticate(client, username, password, answer),
      authorizePublish: (client, packet, answer) => state.authorizePublish(client, packet, answer),
      authorizeSubscribe: (client, subscription, answer) => answer(null, state.maySubscribe(client, subscription.topic) ? subscription : null),
      // aedes stores refused filters beside granted ones of the same SUBSCRIBE; what they catch stops here.
      authorizeForward: (client, packet) => (state.mayReceive(client, packet.topic) ? packet : null),
    });
    boundQueues((aedes as unknown as { persistence: OutgoingQueues }).persistence, queuedMessagesMax, () => state.refused.add('queue-full'));
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
      return new EmbeddedBroker({ aedes, options, doors: { nodes, tools }, state, nodesPort, toolsPort });
    } catch (error) {
      close();
      throw error;
    }
  }

  publish(message: { topic: string; payload: Uint8Array; retain?: boolean }): Promise<void> {
    const { topic, payload, retain = false } = message;
    return new Promise((resolve, reject) => {
      this.#aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false }, (error) => (error ? reject(error) : resolve()));
    });
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

  view(): BrokerView {
    const sessions = [...this.#state.principals.keys()].map((client) => client.id).sort();
    return { kind: 'embedded', connected: true, sessions, refused: this.#state.refused.view() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
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

  constructor(options: EmbeddedOptions) {
    this.#options = options;
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

  authorizePublish(client: Client | null, packet: { topic: string; payload: Buffer | string; retain: boolean }, answer: (error?: Error | null) => void): void {
    const principal = client && this.principals.get(client);
    if (!principal) return answer(new Error('not authorised'));
    if (!mayPublish(principal, packet.topic, this.#options.topics)) {
      this.refuse('topic', `${client.id} may not publish on ${packet.topic.slice(0, 200)}`, undefined);
      return answer(new Error('topic not allowed'));
    }
    // Nothing but the community document is retained: a retained command would arrive late, and the store of retained messages has no bound.
    packet.retain = false;
    if (principal.kind === 'tool') return answer(null);
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    this.#options.ingest({ topic: packet.topic, payload }).then(
      () => answer(null),
      (error: Error) => {
        this.refused.add('not-committed');
        answer(error);
      },
    );
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
    const { at } = this.#options.topics.parse(topic);
    return at === 'command' || at === 'document' || at === 'other';
  }
}
