import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { CommunityAuthority, channelOf, createRequests, generateNodeKey, generateP256Key, type NodeKey, nodeKeyToPem, signAsk } from '@energymesh/identity';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import type { Clock } from './clock.ts';
import { parseConfig } from './config.ts';
import { Hub, type HubOptions } from './hub.ts';

export const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));

/** A first start takes 6 s, and several times that where others use the processors too. */
export const startsMsMax = 120_000;

/** A clock that stands where the test puts it, from the real time on. */
function testClock() {
  const timers = new Set<{ readonly ms: number; readonly run: () => void }>();
  const clock: Clock & { offsetMs: number } = {
    offsetMs: 0,
    now() {
      return Date.now() + this.offsetMs;
    },
    every: (ms, run) => {
      const timer = { ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  /** What would run every so often, now. */
  const tick = (every: number): void => {
    for (const { ms, run } of timers) if (ms === every) run();
  };
  return Object.assign(clock, { tick });
}

/** Whatever JSON the hub answers: a test says what it expects of it. */
// biome-ignore lint/suspicious/noExplicitAny: an answer has no type before a test looked at it
type Answer = any;

export interface Member {
  readonly key: NodeKey;
  readonly chain: string;
  readonly node: string;
}

interface TestHubOptions extends Pick<HubOptions, 'commit'> {
  /** As in the configuration. */
  readonly rewards?: object;
}

/** A hub in a folder of its own, on free ports, with what a test asks of it. */
export class TestHub {
  readonly dataDir: string;
  readonly clock = testClock();
  readonly options: TestHubOptions;
  hub!: Pick<Hub, 'addresses' | 'authority' | typeof Symbol.asyncDispose>;

  private constructor(dataDir: string, options: TestHubOptions) {
    this.dataDir = dataDir;
    this.options = options;
  }

  static async open(options: TestHubOptions = {}, dataDir?: string): Promise<TestHub> {
    const made = new TestHub(dataDir ?? (await mkdtemp(join(tmpdir(), 'hub-'))), options);
    try {
      await made.start();
      return made;
    } catch (error) {
      await rm(made.dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** One that runs in a process of its own, which the test ends. */
  static async beside(dataDir: string): Promise<TestHub> {
    const read = async (name: string) => JSON.parse(await readFile(join(dataDir, name), 'utf8'));
    const made = new TestHub(dataDir, {});
    const authority = await CommunityAuthority.load(await read('authority.json'), Date.now());
    made.hub = { addresses: await read('addresses.json'), authority, [Symbol.asyncDispose]: async () => undefined };
    return made;
  }

  async start(): Promise<void> {
    const free = { host: '127.0.0.1', port: 0 };
    const { rewards, ...options } = this.options;
    const config = parseConfig(
      {
        ...(rewards && { rewards }),
        dataDir: this.dataDir,
        community: { name: 'Sunny Street' },
        publicHosts: ['127.0.0.1', 'localhost'],
        http: free,
        https: free,
        broker: { kind: 'embedded', ...free, tools: free },
      },
      {},
    );
    this.hub = await Hub.open({ config, clock: this.clock, log: pino({ level: 'silent' }), migrationsFolder, ...options });
  }

  stop(): Promise<void> {
    return this.hub[Symbol.asyncDispose]();
  }

  async destroy(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get community(): string {
    return this.hub.authority.id;
  }
  topic(rest: string): string {
    return `energymesh/${this.community}/${rest}`;
  }
  secret(name: 'admin-token' | 'tools-password'): Promise<string> {
    return readFile(join(this.dataDir, name), 'utf8').then((text) => text.trim());
  }

  /** By https, trusting the community's root. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    socket?: TLSSocket,
  ): Promise<{ status: number; body: Answer }> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.hub.addresses.https);
      const sent = request(
        url,
        {
          method,
          headers: { 'content-type': 'application/json', ...headers },
          ca: this.hub.authority.rootPem,
          ...(socket ? { createConnection: () => socket } : { agent: false as const }),
        },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, body: response.headers['content-type']?.includes('json') ? JSON.parse(text) : text });
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async admin(method: string, path: string, body?: unknown) {
    return this.call(method, `/admin${path}`, body, { authorization: `Bearer ${await this.secret('admin-token')}` });
  }

  /** As a member's node asks: signed for this one connection. */
  async asMember(member: { key: NodeKey; node: string }, ask: object, signedBy = member.key): Promise<{ status: number; body: Answer }> {
    const { hostname, port } = new URL(this.hub.addresses.https);
    const socket = connect({ host: hostname, port: Number(port), ca: this.hub.authority.rootPem, minVersion: 'TLSv1.3' });
    await once(socket, 'secureConnect');
    const text = JSON.stringify(ask);
    const signature = Buffer.from(signAsk(signedBy, channelOf(socket), text)).toString('base64url');
    return this.call('POST', '/members', { node: member.node, ask: text, signature }, {}, socket);
  }

  async asksToJoin(key: NodeKey, name: string): Promise<{ status: number; body: Answer }> {
    return this.call('POST', '/join', { ...(await createRequests(key, generateP256Key(), name)), name });
  }

  async invite(options: object = {}): Promise<{ token: string }> {
    return (await this.admin('POST', '/invites', options)).body.invite;
  }

  async enrol(options: { role?: 'relay' | 'gateway'; key?: NodeKey; name?: string; token?: string } = {}) {
    const key = options.key ?? generateNodeKey();
    const name = options.name ?? 'roof';
    const token = options.token ?? (await this.invite({ role: options.role ?? 'relay' })).token;
    const answer = await this.call('POST', '/enrol', { token, ...(await createRequests(key, generateP256Key(), name)), name });
    return { ...answer, key };
  }

  async member(role: 'relay' | 'gateway'): Promise<Member> {
    const { key, body } = await this.enrol({ role });
    return { key, chain: body.chain, node: body.node };
  }

  /** A client of the nodes' door, not connected yet. */
  asNode(member: Member, clientId = `em-${member.node}`, more: IClientOptions = {}): MqttClient {
    const identity = { key: nodeKeyToPem(member.key), cert: member.chain, ca: this.hub.authority.rootPem };
    return mqtt.connect(this.hub.addresses.mqtt!, {
      protocolVersion: 4,
      clientId,
      clean: false,
      reconnectPeriod: 0,
      manualConnect: true,
      ...identity,
      ...more,
    });
  }

  async asTool(more: IClientOptions = {}): Promise<MqttClient> {
    const login = { username: 'backend', password: await this.secret('tools-password') };
    return mqtt.connect(this.hub.addresses.tools!, { protocolVersion: 4, reconnectPeriod: 0, manualConnect: true, ...login, ...more });
  }
}

/** Resolves when connected; rejects with what kept it from that. */
export function connected(client: MqttClient): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
    client.connect();
  });
}

export const envelope = (id: string, payload: string, more: object = {}): string =>
  JSON.stringify({ em: 1, id, node: id.slice(0, 16), age: 12, payload, ...more });
