import type { SecureContext } from 'node:tls';
import type { Channel, NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';
import type { MeshIdentity } from './ports.ts';
import { contextOf, DialFailed, dial, type Peer } from './tls.ts';

/** Dials under way; further ones fail at once and are the node's to repeat. */
export const diallingMax = 16;

export interface DiallerOptions {
  readonly identity: Pick<MeshIdentity, 'tls' | 'judge'>;
  readonly aes: boolean;
  readonly clock: Clock;
  readonly target: (key: string) => { readonly host: string; readonly port: number; readonly segment: string } | undefined;
  /** A connection of the dial is ready. */
  readonly onPeer: (peer: Peer, key: string, segment: string) => void;
  /** Whether the first connection of a dial is still open when the second is due. */
  readonly isOpen: (peer: Peer) => boolean;
  /** Closes the first connection when the second failed. */
  readonly abandon: (peer: Peer) => void;
  readonly onFailed: (key: string, reason: string) => void;
}

/** Opens the two connections of a link, one after the other: who is refused on the first has cost one handshake. docs/protocol.md §3.2 */
export class Dialler {
  readonly #o: DiallerOptions;
  readonly #closing = new AbortController();
  readonly #under = new Set<string>();
  #context: { readonly chain: string; readonly context: SecureContext } | undefined;

  constructor(options: DiallerOptions) {
    this.#o = options;
  }

  dial(key: string): void {
    const target = this.#o.target(key);
    if (!target) return this.#fail(key, 'unknown-candidate');
    if (this.#under.has(key)) return;
    if (this.#under.size >= diallingMax) return this.#fail(key, 'too-many-dials');
    this.#under.add(key);
    void this.#both(key, target).finally(() => this.#under.delete(key));
  }

  close(): void {
    this.#closing.abort();
  }

  async #both(key: string, target: { host: string; port: number; segment: string }): Promise<void> {
    let urgent: Peer | undefined;
    try {
      urgent = await this.#one(key, target, 'urgent');
      // The node may have found it surplus meanwhile.
      if (!this.#o.isOpen(urgent)) return;
      await this.#one(key, target, 'bulk', urgent.node);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      if (urgent) {
        if (!this.#o.isOpen(urgent)) return;
        this.#o.abandon(urgent);
      }
      this.#fail(key, error instanceof DialFailed ? error.reason : 'error');
    }
  }

  async #one(key: string, target: { host: string; port: number; segment: string }, channel: Channel, expected?: NodeId): Promise<Peer> {
    const { identity, clock } = this.#o;
    const secureContext = this.#contextNow();
    const { host, port, segment } = target;
    const peer = await dial({ host, port, channel, identity, secureContext, clock, signal: this.#closing.signal });
    if (expected !== undefined && peer.node !== expected) {
      peer.socket.destroy();
      throw new DialFailed('other-node');
    }
    this.#o.onPeer(peer, key, segment);
    return peer;
  }

  /** Made anew when the certificate was renewed. */
  #contextNow(): SecureContext {
    const { identity, aes } = this.#o;
    const { chain } = identity.tls();
    if (this.#context?.chain !== chain) this.#context = { chain, context: contextOf(identity, aes) };
    return this.#context.context;
  }

  /** In a later turn: the node that asked for the dial is still handling the input that made it ask. */
  #fail(key: string, reason: string): void {
    queueMicrotask(() => this.#o.onFailed(key, reason));
  }
}
