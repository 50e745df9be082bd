import type { ProtocolConfig } from '../config.ts';
import type { Incarnation, NodeId, TrafficClass } from '../ids.ts';
import { Millis } from '../units.ts';
import type { Lane } from './lane.ts';

/** What an origin knows of one destination: the window of bytes in flight, and the path they took. docs/protocol.md §8.5 */
export class Peer {
  readonly node: NodeId;
  readonly lanes = new Set<Lane>();
  inFlight = 0;
  /** Of the agreement key that bundles are sealed for; undefined before the first. */
  incarnation: Incarnation | undefined;
  path: readonly NodeId[] = [];
  costMs: number | undefined;
  readonly #config: ProtocolConfig;
  #window: number;
  #slowStartUntil: number;
  #decreasedAt = Millis(Number.NEGATIVE_INFINITY);
  #srttMs = 0;

  constructor(node: NodeId, config: ProtocolConfig) {
    this.node = node;
    this.#config = config;
    this.#window = config.flightBytesMin;
    this.#slowStartUntil = config.flightBytesMax;
  }

  get window(): number {
    return this.#window;
  }

  /** Class 0 has room of its own beyond the window; one bundle may always be under way, however large. */
  maySend(bytes: number, cls: TrafficClass): boolean {
    return this.inFlight === 0 || this.inFlight + bytes <= this.#window + (cls === 0 ? this.#config.flightBytesMin : 0);
  }

  /** Additive increase, a bundle per round trip; doubling before the first sign of congestion. Only a window that was used grows. */
  acknowledged(now: Millis, bytes: number, inFlightBefore: number, sawCongestion: boolean, rttMs: number | undefined): void {
    if (rttMs !== undefined) this.#srttMs = this.#srttMs === 0 ? rttMs : this.#srttMs + (rttMs - this.#srttMs) / 8;
    if (sawCongestion) return this.decrease(now);
    if (inFlightBefore * 2 < this.#window) return;
    const step = this.#window < this.#slowStartUntil ? bytes : (this.#config.bundleBytes * bytes) / this.#window;
    this.#window = Math.min(this.#config.flightBytesMax, this.#window + step);
  }

  /** Multiplicative decrease, once per round trip. */
  decrease(now: Millis, factor = 0.7): void {
    if (now - this.#decreasedAt < Math.max(10, this.#srttMs)) return;
    this.#decreasedAt = now;
    this.#window = Math.max(this.#config.flightBytesMin, this.#window * factor);
    this.#slowStartUntil = this.#window;
  }
}
