import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Child } from './child.ts';
import { until } from './until.ts';

const program = fileURLToPath(new URL('../../../packages/localnet/src/main.ts', import.meta.url));

/** What a ledger can be told to do wrong: packages/localnet/README.md. What is not named is off. */
export interface LedgerFaults {
  readonly down?: boolean;
  readonly slowMs?: number;
  readonly halted?: boolean;
  readonly loseTransactions?: number;
  readonly loseAnswers?: number;
  readonly badSequences?: number;
}
export interface LedgerClock {
  /** Unix seconds, as the next ledger will say. */
  readonly now: number;
  readonly closeTime: number;
  /** Transactions that wait for a ledger. */
  readonly pending: number;
}

/** A simulated Stellar network on this machine, as a process of its own: packages/localnet. */
export class LedgerProcess {
  readonly url: string;
  readonly #o: { readonly dir: string; readonly port: number; readonly logFile: string; readonly args: readonly string[] };
  #child: Child | undefined;

  /** `args`: when ledgers close. */
  constructor(options: { readonly dir: string; readonly port: number; readonly logFile: string; readonly args: readonly string[] }) {
    this.#o = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.running ? this.#child.pid : undefined;
  }
  get rpcUrl(): string {
    return `${this.url}/rpc`;
  }
  get friendbotUrl(): string {
    return `${this.url}/friendbot`;
  }

  async start(): Promise<void> {
    const { dir, port, logFile, args } = this.#o;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#child = new Child({ name: 'ledger', argv: [program, '--data', dir, '--port', String(port), ...args], logFile });
    await until(`the local ledger to answer (log: ${logFile})`, 60_000, async () => {
      if (!this.#child?.running) throw new Error(`the local ledger ended at start; its log: ${logFile}`);
      return this.clock().then(
        () => true,
        () => false,
      );
    });
  }

  clock(): Promise<LedgerClock> {
    return this.#ask('clock');
  }

  /** A ledger, unless a transaction waits for one; the answer says how many do. */
  closeIdle(): Promise<LedgerClock> {
    return this.#ask('close', { idle: true });
  }

  /** A ledger, now. */
  close(): Promise<LedgerClock> {
    return this.#ask('close', {});
  }

  /** Moves the network's clock, and closes a ledger. */
  advance(seconds: number): Promise<LedgerClock> {
    return this.#ask('advance', { seconds });
  }

  async setFaults(faults: LedgerFaults): Promise<void> {
    await this.#ask('faults', faults);
  }

  stop(): Promise<void> {
    return this.#child?.stop() ?? Promise.resolve();
  }

  async #ask<T>(path: string, body?: object): Promise<T> {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${this.url}/admin/${path}`, { ...init, signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`ledger: /admin/${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
