import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { PairingCode } from './api/phones/call-text.ts';
import { PhoneDoor, type PhoneDoorOptions } from './api/phones/door.ts';
import type { PhoneCalls } from './api/phones/http.ts';
import { type PhoneStore, Phones, phonesMax } from './api/phones/phones.ts';
import { PhonesRefused } from './api/phones/refused.ts';
import { sealKeyOf } from './api/phones/sealed-call.ts';
import type { PhonesPort } from './api/ports.ts';
import type { Events } from './events.ts';
import type { Logger } from './logger.ts';
import type { Clock } from './ports.ts';
import { say } from './said.ts';

export interface PhoneRoomsOptions {
  readonly node: string;
  readonly store: PhoneStore;
  readonly settings: { get(key: string): string | undefined; set(key: string, value: string): void };
  readonly clock: Clock;
  readonly events: Pick<Events, 'phonePaired' | 'phoneRemoved' | 'requestRefused'>;
  readonly name: () => string;
  readonly community: () => string | undefined;
  /** Of the community's app; undefined: it has none, or the node is no member yet. */
  readonly app: () => string | undefined;
  /** Of this machine. */
  readonly addresses: () => readonly string[];
  readonly port: () => number;
}

const sealKeySetting = 'phones.sealKey';
const addressesMax = 4;

/** Paired phones, as the page manages them and as they call. */
export class PhoneRooms implements PhonesPort, PhoneCalls {
  readonly phones: Phones;
  readonly #o: PhoneRoomsOptions;
  readonly #secret: Uint8Array;
  #door: PhoneDoor | undefined;

  constructor(options: PhoneRoomsOptions) {
    this.#o = options;
    this.phones = new Phones({ store: options.store, clock: options.clock });
    const kept = options.settings.get(sealKeySetting) ?? randomBytes(32).toString('base64url');
    options.settings.set(sealKeySetting, kept);
    this.#secret = Buffer.from(kept, 'base64url');
  }

  /** From now on phones are answered by this API. */
  open(ask: PhoneDoorOptions['ask']): void {
    const { node, clock, events, name, community } = this.#o;
    this.#door = new PhoneDoor({
      ...{ node, clock, ask, phones: this.phones, secret: this.#secret },
      about: () => ({ name: name(), community: community() ?? null }),
      onPaired: (what) => events.phonePaired(what),
      onRefused: (what) => events.requestRefused(what),
    });
  }

  app(): string | undefined {
    return this.#o.app();
  }

  /** Over the local network. */
  async answer(bytes: Uint8Array, caller: string): Promise<Uint8Array | undefined> {
    return this.#door?.answer(bytes, 'direct', caller);
  }

  async answerHub(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#door?.answer(bytes, 'hub', 'the hub');
  }

  list(): ReturnType<PhonesPort['list']> {
    const app = this.app();
    const phones = this.phones.list().map(({ id, name, pairedAt, lastSeenAt, lastWay }) => ({ id, name, pairedAt, lastSeenAt, lastWay }));
    return { at: this.#o.clock.wall(), phones, max: phonesMax, ...(app !== undefined && { app }) };
  }

  offer(): ReturnType<PhonesPort['offer']> {
    const { node, name, addresses, port, clock } = this.#o;
    const app = this.app();
    if (app === undefined) {
      throw new PhonesRefused('no-app', say('phones.no-app'));
    }
    const offer = this.phones.offer();
    if (!offer) throw new PhonesRefused('phones-full', say('phones.full', { count: phonesMax }));
    const code: PairingCode = {
      v: 1,
      n: node,
      m: name(),
      k: Buffer.from(sealKeyOf(this.#secret)).toString('base64url'),
      s: offer.secret,
      // IPv4 first: what browsers count as the local network without asking anybody.
      a: [...addresses()]
        .sort((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)))
        .slice(0, addressesMax)
        .map((address) => `${isIPv4(address) ? address : `[${address}]`}:${port()}`),
    };
    return { link: `${app}/pair#${Buffer.from(JSON.stringify(code)).toString('base64url')}`, endsAt: clock.wall() + offer.ms };
  }

  withdraw(): void {
    this.phones.withdraw();
  }

  revoke(id: string): boolean {
    const phone = this.phones.revoke(id);
    if (phone) this.#o.events.phoneRemoved({ name: phone.name });
    return phone !== undefined;
  }
}

interface Line {
  listenToCalls(hear: (payload: Uint8Array) => void): void;
  wantCalls(wanted: boolean): void;
  publishReply(payload: Uint8Array): Promise<void>;
}
/** At once in work, of what comes through the hub; what is beyond is not answered, and asked again. */
const workingMax = 8;

/** Phones through the hub, as long as there are any. Returns the end. */
export function calling(rooms: PhoneRooms, line: Line, logger: Pick<Logger, 'warn'>): () => void {
  let working = 0;
  line.listenToCalls((payload) => {
    if (working >= workingMax) return;
    working++;
    rooms
      .answerHub(payload)
      .then((answer) => answer && line.publishReply(answer))
      .catch((error: unknown) => logger.warn({ err: error }, 'a call through the hub could not be answered'))
      .finally(() => working--);
  });
  const want = (): void => line.wantCalls(rooms.phones.expecting);
  want();
  return rooms.phones.onChange(want);
}
