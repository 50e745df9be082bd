import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { CommunityAuthority, generateNodeKey, nodeKeyToPem, rawPublicKeyOf } from '@energymesh/identity';
import type { ExternalBroker } from '../community/community.ts';
import { freePorts } from '../community/ports.ts';
import { until } from '../community/until.ts';

const program = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync);
export const mosquittoInstalled = program !== undefined;

/** Debian's Mosquitto as the community's backend: TLS with client certificates for gateways, TLS with a password for hub and observers. */
export class Mosquitto implements ExternalBroker {
  readonly url: string;
  readonly ca: string;
  readonly tools: ExternalBroker['tools'];
  readonly #dir: string;
  readonly #ports: readonly number[];
  #process: ChildProcess | undefined;

  private constructor(dir: string, ports: readonly number[], ca: string) {
    this.#dir = dir;
    this.#ports = ports;
    this.ca = ca;
    this.url = `mqtts://127.0.0.1:${ports[0]}`;
    this.tools = { url: `mqtts://127.0.0.1:${ports[1]}`, username: 'tools', password: 'tools' };
  }

  /** Keys, passwords and ports; it runs after `run`. */
  static async prepare(dir: string): Promise<Mosquitto> {
    mkdirSync(dir, { recursive: true });
    const now = Date.now();
    const authority = await CommunityAuthority.create({ name: 'Broker', now });
    const key = generateNodeKey();
    const issued = await authority.issueServer({ publicKey: rawPublicKeyOf(key.publicKey)!, name: 'broker', names: ['127.0.0.1', 'localhost'], now });
    const mosquitto = new Mosquitto(dir, await freePorts(2), authority.rootPem);
    mosquitto.#file('server.pem', issued.chainPem);
    mosquitto.#file('server.key', nodeKeyToPem(key));
    await once(spawn('mosquitto_passwd', ['-b', '-c', join(dir, 'passwords'), 'tools', 'tools'], { stdio: 'ignore' }), 'exit');
    return mosquitto;
  }

  /** `communityRoot`: PEM; who shows a certificate of it is let in as a gateway. */
  async run(communityRoot: string): Promise<void> {
    if (!program) throw new Error('mosquitto is not installed');
    const at = (name: string): string => join(this.#dir, name);
    const tls = [`certfile ${at('server.pem')}`, `keyfile ${at('server.key')}`, 'tls_version tlsv1.3', 'max_queued_messages 0'];
    const lines = [
      'per_listener_settings true',
      // started as root it would become its own user, who may not read this world's folder
      `user ${userInfo().username}`,
      'persistence false',
      'log_type error',
      'log_type warning',
      `listener ${this.#ports[0]} 127.0.0.1`,
      ...tls,
      `cafile ${this.#file('community.pem', communityRoot)}`,
      'require_certificate true',
      'use_identity_as_username true',
      `listener ${this.#ports[1]} 127.0.0.1`,
      ...tls,
      `password_file ${at('passwords')}`,
    ];
    const child = spawn(program, ['-c', this.#file('mosquitto.conf', `${lines.join('\n')}\n`)], { stdio: ['ignore', 'inherit', 'inherit'] });
    this.#process = child;
    await until('mosquitto to listen', 10_000, async () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      return listens(this.#ports[1]!);
    });
  }

  async stop(): Promise<void> {
    if (!this.#process || this.#process.exitCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await gone;
  }

  #file(name: string, text: string): string {
    writeFileSync(join(this.#dir, name), text, { mode: 0o600 });
    return join(this.#dir, name);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
