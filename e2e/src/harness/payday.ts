import { expect } from 'vitest';
import type { LedgerProcess } from '../community/ledger-process.ts';
import type { RewardsOptions } from '../community/rewards.ts';
import { until } from '../community/until.ts';
import { balanceOf, type LedgerEvent, ledgerEvents } from './ledger-events.ts';
import { type ReckonedHour, type Rule, reckon } from './reckoning.ts';
import type { World } from './world.ts';

/** Hours of ten seconds, on a ledger that closes a fifth of a second after a transaction. */
export const shortHours = { epochSeconds: 10, ledgerArgs: ['--interval', '200'] } as const satisfies RewardsOptions;

/** What a community's nodes were paid, seen from outside: the ledger's events and accounts, and the messages that arrived at the backend. */
export class Payday {
  readonly #world: World;
  readonly #rule: Partial<Rule>;
  readonly #keys = new Map<string, string>();

  private constructor(world: World, rule: Partial<Rule>) {
    this.#world = world;
    this.#rule = rule;
  }

  /** Resolves when every node is registered with the contract. `rule`: what differs from the first one. */
  static async of(world: World, rule: Partial<Rule> = {}): Promise<Payday> {
    const payday = new Payday(world, rule);
    for (const agent of world.community.agents.values()) payday.#keys.set(agent.node.key, (await agent.health())?.node ?? '');
    await payday.tells('every node to be registered', 90_000, (events) => count(events, 'registered') === payday.#keys.size);
    return payday;
  }

  get ledger(): LedgerProcess {
    return this.#world.community.rewards!.ledger;
  }
  get epochSeconds(): number {
    return this.#world.community.rewards!.epochSeconds;
  }
  /** By this machine's clock, as nodes and hub go by it. */
  get epoch(): number {
    return Math.floor(Date.now() / 1000 / this.epochSeconds);
  }
  id(key: string): string {
    return this.#keys.get(key)!;
  }

  /** Public key, hex, as the page shows it. */
  async keyOf(key: string): Promise<string> {
    return (await this.events()).find(({ name, node }) => name === 'registered' && node === this.id(key))!.key!;
  }

  events(): Promise<LedgerEvent[]> {
    return ledgerEvents(this.ledger.rpcUrl, this.#world.community.hub.contract);
  }

  /** Awaits something that the ledger tells. */
  tells(what: string, msMax: number, test: (events: readonly LedgerEvent[]) => boolean): Promise<void> {
    return until(`the ledger to tell: ${what}`, msMax, async () => test(await this.events()), 250);
  }

  async hours(): Promise<ReckonedHour[]> {
    return reckon(await this.events(), { epochSeconds: this.epochSeconds, rule: this.#rule });
  }

  /**
   * Packets that each node of a line carried towards the gateway at its head: those of its own devices and of the nodes behind it, each message that arrived
   * at the backend once.
   */
  carried(): ReadonlyMap<string, number> {
    const { layout } = this.#world.community.options;
    const keys = layout.nodes.map(({ key }) => key);
    return new Map(
      keys.map((key, i) => {
        const behind = layout.devices.filter(({ at }) => keys.indexOf(at) >= i);
        return [key, behind.reduce((sum, { id }) => sum + this.#world.observer.unique(id).length, 0)];
      }),
    );
  }

  /** Waits until all that was carried is paid. */
  async allPaid(msMax: number): Promise<void> {
    let state = '';
    const paidFor = (hours: readonly ReckonedHour[], key: string): number =>
      hours.reduce((sum, { node, paid, earning }) => (node === this.id(key) && paid !== undefined ? sum + (earning ?? 0) : sum), 0);
    await until(
      'all that was carried to be paid',
      msMax,
      async () => {
        const hours = await this.hours();
        const each = [...this.carried()].map(([key, packets]) => ({ key, packets, paid: paidFor(hours, key) }));
        state = JSON.stringify(each);
        return each.every(({ packets, paid }) => paid >= packets);
      },
      500,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${state}`);
    });
  }

  /** Each packet once, each hour once, each amount to the stroop, and in every wallet what the ledger says was paid into it. */
  async expectExact(): Promise<void> {
    const hours = await this.hours();
    const paid = hours.filter((hour) => hour.paid !== undefined);
    expect(paid.map(({ node, epoch, paid: amount }) => ({ node, epoch, amount }))).toEqual(paid.map(({ node, epoch, due }) => ({ node, epoch, amount: due })));
    for (const [key, packets] of this.carried()) {
      const of = paid.filter(({ node }) => node === this.id(key));
      expect(
        of.reduce((sum, { earning }) => sum + (earning ?? 0), 0),
        `packets paid to node ${key}`,
      ).toBe(packets);
      const sum = of.reduce((all, { paid: amount }) => all + amount!, 0n);
      const wallets = new Set(of.map(({ payout }) => payout!));
      expect(wallets.size, `wallets of node ${key}`).toBe(packets > 0 ? 1 : 0);
      for (const wallet of wallets) expect(await balanceOf(this.ledger.url, wallet), `balance of node ${key}`).toBe(sum);
    }
  }
}

const count = (events: readonly LedgerEvent[], name: string): number => events.filter((event) => event.name === name).length;
