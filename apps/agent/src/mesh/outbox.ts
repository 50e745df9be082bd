import type { MeshOutput } from '../ports.ts';

/** Hands outputs to the other areas in order, after the call that caused them has returned. */
export class Outbox {
  readonly #handlers = new Set<(output: MeshOutput) => void>();
  #outputs: MeshOutput[] = [];

  put(output: MeshOutput): void {
    this.#outputs.push(output);
    if (this.#outputs.length === 1) queueMicrotask(() => this.#deliver());
  }

  subscribe(handler: (output: MeshOutput) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** What handlers cause meanwhile waits for the next microtask: as much as one turn brings, no more is ever kept. */
  #deliver(): void {
    const outputs = this.#outputs;
    this.#outputs = [];
    for (const output of outputs) for (const handler of this.#handlers) handler(output);
  }
}
