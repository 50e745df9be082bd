import type { NodeId, Submission, Traffic, TrafficClass } from '@energymesh/protocol';
import type { Clock, Mesh, MeshOutput } from '../ports.ts';

export interface Letter {
  readonly to: NodeId;
  readonly class: TrafficClass;
  readonly traffic: Traffic;
  /** How old it is already; undefined: new. */
  readonly ageMs?: number;
  /** The age at which it expires. More than its age: what is held in memory only must end. */
  readonly lifetimeMs: number;
  readonly body: Uint8Array;
}
export type Fate = 'released' | 'expired' | 'refused';

interface Held {
  readonly submission: Submission;
  readonly bornAt: number;
  readonly settle: (fate: Fate) => void;
  queued: boolean;
}
interface Lane {
  next: number;
  readonly held: Map<number, Held>;
  declared: number;
}

/** Letters under way; beyond it new ones are refused. */
const heldMax = 4096;
/** Pairs of node and class ever written to; beyond it new ones are refused until the next start. */
const lanesMax = 16_384;
const expiryCheckMs = 1000;

/**
 * Sends entries to other nodes (or this one) from memory: leases, and commands whose custody the backend's broker keeps until they are released.
 * Nothing of it survives a restart, and nothing need: the broker delivers again, a lease is asked for again.
 */
export class Courier {
  readonly #mesh: Pick<Mesh, 'self' | 'incarnation' | 'submit' | 'room' | 'floor'>;
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();
  #held = 0;
  #cancel: (() => void) | undefined;

  constructor(options: { mesh: Pick<Mesh, 'self' | 'incarnation' | 'submit' | 'room' | 'floor'>; clock: Clock }) {
    this.#mesh = options.mesh;
    this.#clock = options.clock;
  }

  /** Resolves when its receiver has it durably, or it expired. Never rejects. */
  send(letter: Letter): Promise<Fate> {
    const key = `${letter.to}/${letter.class}`;
    let lane = this.#lanes.get(key);
    if (this.#held >= heldMax || (!lane && this.#lanes.size >= lanesMax) || letter.lifetimeMs <= (letter.ageMs ?? 0)) return Promise.resolve('refused');
    if (!lane) {
      lane = { next: 1, held: new Map(), declared: 0 };
      this.#lanes.set(key, lane);
    }
    const { to, class: cls, traffic, ageMs = 0, lifetimeMs, body } = letter;
    const sequence = lane.next++;
    const submission: Submission = { stream: to, class: cls, traffic, incarnation: this.#mesh.incarnation, sequence, ageMs, lifetimeMs, body };
    return new Promise((resolve) => {
      const held: Held = { submission, bornAt: this.#clock.monotonic() - ageMs, settle: resolve, queued: true };
      lane.held.set(sequence, held);
      this.#held++;
      this.#declare(to, cls, lane);
      this.#pump(lane);
      if (held.queued) this.#watch();
    });
  }

  on(output: Extract<MeshOutput, { type: 'released' | 'expired' | 'expelled' | 'room' }>): void {
    if (output.type === 'room') {
      const lane = this.#lanes.get(`${output.stream}/${output.class}`);
      if (lane) this.#pump(lane);
      return;
    }
    for (const run of output.type === 'expelled' ? [output.run] : output.runs) {
      const lane = run.stream === 'backend' ? undefined : this.#lanes.get(`${run.stream}/${run.class}`);
      if (!lane || run.incarnation !== this.#mesh.incarnation) continue;
      const stream = run.stream as NodeId;
      for (const [sequence, held] of [...lane.held]) {
        if (sequence < run.first || sequence - run.first >= run.count) continue;
        if (output.type === 'expelled' && output.reason === 'full') {
          held.queued = true;
          this.#watch();
        } else this.#settle(lane, held, output.type === 'expelled' ? 'refused' : output.type);
      }
      this.#declare(stream, run.class, lane);
      this.#pump(lane);
    }
  }

  close(): void {
    this.#cancel?.();
  }

  #settle(lane: Lane, held: Held, fate: Fate): void {
    lane.held.delete(held.submission.sequence);
    this.#held--;
    held.settle(fate);
  }

  #pump(lane: Lane): void {
    for (const held of lane.held.values()) {
      if (!held.queued) continue;
      const { submission } = held;
      if (this.#mesh.room(submission.stream, submission.class) <= 0) return;
      held.queued = false;
      this.#mesh.submit({ ...submission, ageMs: this.#clock.monotonic() - held.bornAt });
    }
  }

  #declare(to: NodeId, cls: TrafficClass, lane: Lane): void {
    const oldest = lane.held.keys().next();
    const floor = oldest.done ? lane.next : oldest.value;
    if (floor === lane.declared) return;
    lane.declared = floor;
    this.#mesh.floor(to, cls, { incarnation: this.#mesh.incarnation, sequence: floor });
  }

  /** What the mesh has no room for expires here. */
  #watch(): void {
    this.#cancel ??= this.#clock.after(expiryCheckMs, () => {
      this.#cancel = undefined;
      const now = this.#clock.monotonic();
      let queued = false;
      for (const lane of this.#lanes.values())
        for (const held of [...lane.held.values()]) {
          if (!held.queued) continue;
          if (now - held.bornAt < held.submission.lifetimeMs) {
            queued = true;
            continue;
          }
          this.#settle(lane, held, 'expired');
          this.#declare(held.submission.stream as NodeId, held.submission.class, lane);
        }
      if (queued) this.#watch();
    });
  }
}
