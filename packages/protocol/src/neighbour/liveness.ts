import type { ProtocolConfig } from '../config.ts';
import { Millis } from '../units.ts';

export interface LivenessOptions {
  /** No link is dead before `deadIntervalsMin` announced intervals passed in silence. */
  readonly bounds: Pick<ProtocolConfig, 'deadMsMin' | 'deadMsMax' | 'deadIntervalsMin'>;
  /** Standard deviations that the configured phi stands for: see `deviationsOf`. */
  readonly deviations: number;
  readonly now: Millis;
}

/** A peer may announce up to this (a link that stands by); more counts as this. */
const intervalMsMax = 2000;
/** Scheduling on a small computer makes hellos late by so much without meaning anything. */
const deviationMsMin = 300;
/** However often this node stood still: no link outlives so many times `deadMsMax` of silence. */
const forgivenMax = 3;
const weight = 1 / 8;

/**
 * How many standard deviations late a hello is when phi accrual (Hayashibara et al. 2004) says `phi`:
 * phi = -log10(P(later than this)) under a normal distribution.
 */
export function deviationsOf(phi: number): number {
  let low = 0;
  let high = 40;
  for (let i = 0; i < 60; i++) {
    const z = (low + high) / 2;
    // Upper tail of the normal distribution, good to a per cent from z = 1 on, which is far finer than the clock.
    const tail = Math.exp((-z * z) / 2) / (Math.sqrt(2 * Math.PI) * (0.661 * z + 0.339 * Math.sqrt(z * z + 5.51)));
    if (-Math.log10(tail) < phi) low = z;
    else high = z;
  }
  return (low + high) / 2;
}

/**
 * When a neighbour counts as dead. Any frame counts as heard; how late hellos usually are is learned from hellos alone, since only they promise when the
 * next one comes. docs/protocol.md §3.4
 */
export class Liveness {
  readonly #bounds: LivenessOptions['bounds'];
  readonly #deviations: number;
  /** When a frame last came. */
  #cameAt: Millis;
  /** The same, moved on by what was forgiven. */
  #heardAt: Millis;
  #helloAt: Millis;
  #intervalMs = 1000;
  #late = 0;
  #variance = 0;
  #silenceMsMax: number;

  constructor(options: LivenessOptions) {
    this.#bounds = options.bounds;
    this.#deviations = options.deviations;
    this.#cameAt = options.now;
    this.#heardAt = options.now;
    this.#helloAt = options.now;
    this.#silenceMsMax = this.#silence();
  }

  get heardAt(): Millis {
    return this.#cameAt;
  }

  heard(now: Millis): void {
    this.#cameAt = now;
    this.#heardAt = now;
  }

  /** A hello that announces the next one in `intervalMs`. */
  hello(now: Millis, intervalMs: number): void {
    const late = Math.max(0, now - this.#helloAt - this.#intervalMs);
    const off = late - this.#late;
    this.#late += off * weight;
    this.#variance = (1 - weight) * (this.#variance + off * off * weight);
    this.#helloAt = now;
    this.heard(now);
    this.#intervalMs = Math.min(intervalMsMax, Math.max(1, intervalMs));
    this.#silenceMsMax = this.#silence();
  }

  /** This node itself stood still for `ms`: what came meanwhile is yet to be read. */
  forgive(now: Millis, ms: number): void {
    this.#heardAt = Millis(Math.min(now, this.#heardAt + ms));
  }

  #silence(): number {
    const { deadMsMin, deadMsMax, deadIntervalsMin } = this.#bounds;
    const floor = Math.max(deadMsMin, deadIntervalsMin * this.#intervalMs);
    const suspect = this.#intervalMs + this.#late + this.#deviations * Math.max(deviationMsMin, Math.sqrt(this.#variance));
    return Math.min(Math.max(suspect, floor), Math.max(deadMsMax, floor));
  }

  get deadAt(): Millis {
    const latest = this.#cameAt + Math.max(forgivenMax * this.#bounds.deadMsMax, this.#silenceMsMax);
    return Millis(Math.min(this.#heardAt + this.#silenceMsMax, latest));
  }
}
