import { Page } from '@energymesh/agent/api/page.fixture';
import type { AgentProcess } from '../community/agent-process.ts';
import { until } from '../community/until.ts';

export const operatorPassphrase = 'seven lanterns over the mill race';

/** The operator of one node, logged in as the dashboard does it. */
export class Operator {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Claims the node with the code that it printed; logs in where that was done before. */
  static async of(agent: AgentProcess, url = agent.url): Promise<Operator> {
    const code = agent.claimCode();
    const page = new Page(url);
    if (code !== undefined) await page.claim(code, operatorPassphrase);
    else if (!(await page.login('operator', operatorPassphrase))) throw new Error(`node ${agent.node.key} shows no claim code, and knows no operator of ours`);
    return new Operator(page);
  }

  async counters(): Promise<Readonly<Record<string, number>>> {
    return (await this.page.client.status.counters.query()).counters;
  }

  /** How much each counter has grown while `run` ran; waits until those `expected` have grown as much. */
  async grows(expected: Readonly<Record<string, number>>, run: () => Promise<void>): Promise<void> {
    const before = await this.counters();
    await run();
    let grown: Record<string, number> = {};
    await until(`counters to grow by ${JSON.stringify(expected)}`, 10_000, async () => {
      const now = await this.counters();
      grown = Object.fromEntries(Object.keys(expected).map((name) => [name, (now[name] ?? 0) - (before[name] ?? 0)]));
      return Object.entries(expected).every(([name, by]) => (grown[name] ?? 0) >= by);
    }).catch((error: Error) => {
      throw new Error(`${error.message}; they grew by ${JSON.stringify(grown)}`);
    });
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
