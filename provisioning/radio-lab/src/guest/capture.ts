import { existsSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@energymesh/e2e/community/until';
import { Daemon } from './run.ts';

/** Records everything on one interface into a pcap file. */
export class Capture {
  readonly name: string;
  readonly file: string;
  readonly #tcpdump: Daemon;

  private constructor(name: string, file: string, tcpdump: Daemon) {
    this.name = name;
    this.file = file;
    this.#tcpdump = tcpdump;
  }

  static async start(name: string, file: string, through: readonly string[], wire: string, logFile: string): Promise<Capture> {
    const [first, ...rest] = [...through, 'tcpdump', '-i', wire, '-s', '0', '-U', '-Z', 'root', '-w', file];
    const capture = new Capture(name, file, new Daemon(logFile, first!, ...rest));
    await until(`tcpdump on ${wire}`, 30_000, () => existsSync(file) && statSync(file).size > 0);
    return capture;
  }

  /** Bytes that were recorded. */
  async stop(): Promise<number> {
    // What is in the kernel's buffer is still handed over.
    await delay(1500);
    await this.#tcpdump.stop('SIGINT');
    return statSync(this.file).size;
  }
}
