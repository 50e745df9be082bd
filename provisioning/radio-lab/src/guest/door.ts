import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { Daemon } from './run.ts';

/**
 * A port of a namespace's loopback, under the same number on this side's: for what looks at the nodes. It goes through a socket file, so the
 * namespace has no interface that a node's own radio and wires do not give it.
 */
export class Door implements AsyncDisposable {
  readonly #relay: Daemon;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(relay: Daemon, server: Server) {
    this.#relay = relay;
    this.#server = server;
  }

  /** `target`: as seen from the namespace. */
  static async open(through: readonly ['ip', ...string[]], namespace: string, port: number, logFile: string, target = `127.0.0.1:${port}`): Promise<Door> {
    const path = join('/run', `door-${namespace}-${port}.sock`);
    const relay = new Daemon(logFile, ...through, 'socat', `UNIX-LISTEN:${path},fork,mode=600`, `TCP4:${target}`);
    await until(`the door to port ${port} of ${namespace}`, 30_000, () => existsSync(path));
    const door = new Door(
      relay,
      createServer((near) => door.#join(near, connect(path))),
    );
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject);
      door.#server.listen(port, '127.0.0.1', resolve);
    });
    return door;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await this.#relay.stop();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        this.#open.delete(from);
        to.destroySoon();
      });
    }
  }
}
