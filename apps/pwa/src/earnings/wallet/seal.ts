import type { AppRouter } from '@energymesh/agent/router';
import { SealEnd } from '@energymesh/agent/sealed';
import type { Session } from '@energymesh/agent/session-mac';
import type { TRPCClient } from '@trpc/client';

type Wallet = TRPCClient<AppRouter>['rewards']['wallet'];

/** `crypto.getRandomValues` is there on plain HTTP as well; `crypto.subtle` is not, and not needed. */
const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** What came sealed cannot be opened: somebody stands in between, or the node was started anew. */
export class NotSealed extends Error {
  constructor() {
    super('What the node sent could not be opened here. Load the page again; if it happens again, somebody on this network may stand in between.');
    this.name = 'NotSealed';
  }
}

/** The page's end of a channel for phrases: nothing of them goes over the network in the clear. Lives for half an hour. */
export class Sealed {
  readonly #wallet: Wallet;
  readonly #channel: string;
  readonly #end: NonNullable<ReturnType<SealEnd['join']>>;

  private constructor(wallet: Wallet, channel: string, end: NonNullable<ReturnType<SealEnd['join']>>) {
    this.#wallet = wallet;
    this.#channel = channel;
    this.#end = end;
  }

  static async open(wallet: Wallet, session: Session): Promise<Sealed> {
    const own = new SealEnd('page', random);
    const { channel, key } = await wallet.seal.mutate({ key: own.key });
    const end = own.join(key, session.key);
    if (!end) throw new NotSealed();
    return new Sealed(wallet, channel, end);
  }

  /** Its name, for calls whose answer comes sealed in it. */
  get channel(): string {
    return this.#channel;
  }

  /** What the node sealed in it. Throws NotSealed. */
  read(box: string): string {
    const text = this.#end.open(box);
    if (text === undefined) throw new NotSealed();
    return text;
  }

  /** The words, for this page's eyes. */
  async phrase(): Promise<string[]> {
    const { box } = await this.#wallet.phrase.mutate({ channel: this.#channel });
    return this.read(box).split(' ');
  }

  async confirm(words: readonly string[]): Promise<boolean> {
    const box = this.#end.seal(words.map((word) => word.trim().toLowerCase()).join(' '));
    return (await this.#wallet.confirm.mutate({ channel: this.#channel, box })).confirmed;
  }

  async restore(phrase: string, abandon: string | undefined): Promise<void> {
    await this.#wallet.restore.mutate({ channel: this.#channel, box: this.#end.seal(phrase), ...(abandon !== undefined && { abandon }) });
  }
}
