import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProcess } from '../community/agent-process.ts';
import { Child } from '../community/child.ts';

const program = join(import.meta.dirname, '../../../apps/netd/src/stand-in.fixture.ts');

/** The network helper beside one agent: the program itself, on a simulated Pi in a folder. */
export class NetworkHelper {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Resolves when the agent has a network to read. */
  static async open(agent: AgentProcess): Promise<NetworkHelper> {
    const requests = join(agent.dir, 'requests');
    mkdirSync(requests, { recursive: true, mode: 0o700 });
    const child = new Child({ name: 'netd', argv: [program, requests, join(agent.dir, 'network.json')], logFile: join(agent.dir, 'netd.log') });
    await Promise.race([
      new Promise<void>((resolve) => child.onStdout((text) => text.includes('ready') && resolve())),
      child.exited.then((status) => Promise.reject(new Error(`the helper ended (${status}); its log: ${join(agent.dir, 'netd.log')}`))),
    ]);
    return new NetworkHelper(child);
  }

  /** The time to confirm is over, by the helper's clock. */
  timeIsOver(): void {
    this.#child.signal('SIGUSR2');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
  }
}
