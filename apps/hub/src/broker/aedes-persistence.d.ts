/** aedes-persistence's own types describe its callbacks only; this is what the broker and its sessions use of the class behind them. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';

  interface ClientId {
    readonly id: string;
  }
  interface Filter {
    readonly topic: string;
    readonly qos: number;
  }
  interface Queued {
    readonly cmd: string;
    readonly brokerId: string;
    readonly brokerCounter: number;
    readonly topic: string;
    readonly payload: Buffer;
    readonly qos: number;
    readonly retain: boolean;
    readonly dup: boolean;
    /** Milliseconds since 1970. */
    readonly messageExpiry?: number;
    messageId?: number | undefined;
  }

  export default class MemoryPersistence {
    addSubscriptions(client: ClientId, filters: readonly Filter[]): Promise<void>;
    removeSubscriptions(client: ClientId, filters: readonly string[]): Promise<void>;
    cleanSubscriptions(client: ClientId): Promise<void>;
    outgoingEnqueue(to: { readonly clientId: string }, packet: Queued): Promise<void>;
    outgoingEnqueueCombi(to: readonly { readonly clientId: string }[], packet: Queued): Promise<void>;
    outgoingUpdate(client: ClientId, packet: Queued): Promise<void>;
    outgoingClearMessageId(client: ClientId, packet: Pick<Queued, 'messageId'>): Promise<Queued | undefined>;
    outgoingStream(client: ClientId): Readable;
  }
  export type { ClientId, Filter, Queued };
}
