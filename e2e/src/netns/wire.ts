import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The interface's name in either namespace. */
export const wireName = 'em0';
const prefix = 'em-';

/** Two network namespaces joined by a veth pair, with addresses of both families. They go with the scope, and with this process. */
export class Wire implements Disposable {
  readonly namespaces: readonly [string, string];
  readonly #end = (): void => this[Symbol.dispose]();
  readonly #ended = (): void => process.exit(1);

  /** Needs root and `ip`. */
  constructor() {
    sweep();
    this.namespaces = [`${prefix}${process.pid}-a`, `${prefix}${process.pid}-b`];
    process.once('exit', this.#end);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, this.#ended);
    const [a, b] = this.namespaces;
    for (const namespace of this.namespaces) ip('netns', 'add', namespace);
    ip('link', 'add', wireName, 'netns', a, 'type', 'veth', 'peer', 'name', wireName, 'netns', b);
    for (const [i, namespace] of this.namespaces.entries()) {
      // The other end answers at once: there is no second node of that address to wait for.
      ip('netns', 'exec', namespace, 'sysctl', '-qw', `net.ipv6.conf.${wireName}.accept_dad=0`);
      ip('-n', namespace, 'address', 'add', `192.0.2.${i + 1}/24`, 'dev', wireName);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('-n', namespace, 'link', 'set', wireName, 'up');
    }
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#end);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, this.#ended);
    for (const namespace of this.namespaces) remove(namespace);
  }
}

/** What a killed run has left: its process is gone. */
function sweep(): void {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  for (const [namespace = '', pid] of listed.matchAll(new RegExp(`^${prefix}(\\d+)-[ab](?!\\S)`, 'gm'))) if (!existsSync(`/proc/${pid}`)) remove(namespace);
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

function remove(namespace: string): void {
  try {
    execFileSync('ip', ['netns', 'delete', namespace], { stdio: 'ignore' });
  } catch {
    return; // was not there
  }
}
