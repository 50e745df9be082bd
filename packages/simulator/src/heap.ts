/** What is due at an instant: a call, a wake of a node, or bytes that arrive at the far end of a connection. */
export interface Due<Node, End> {
  run: (() => void) | undefined;
  node: Node | undefined;
  end: End | undefined;
  bytes: Uint8Array | undefined;
}

/**
 * The events of a world, the earliest first, and of one instant in the order in which they were pushed, so that a run is the same every time.
 * A 4-ary heap over typed arrays; what is due stands in objects that are used again and again, since millions of events pass.
 */
export class Events<Node, End> {
  #at = new Float64Array(1024);
  #order = new Float64Array(1024);
  #slot = new Int32Array(1024);
  #size = 0;
  #pushed = 0;
  readonly #dues: Due<Node, End>[] = [];
  readonly #free: number[] = [];
  /** Of the event that `pop` gave last. */
  at = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next is due; infinity without one. */
  get nextAt(): number {
    return this.#size > 0 ? this.#at[0]! : Number.POSITIVE_INFINITY;
  }

  run(at: number, run: () => void): void {
    this.#due(at).run = run;
  }
  wake(at: number, node: Node): void {
    this.#due(at).node = node;
  }
  arrive(at: number, end: End, bytes: Uint8Array): void {
    const due = this.#due(at);
    due.end = end;
    due.bytes = bytes;
  }

  #due(at: number): Due<Node, End> {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#dues.length;
      this.#dues.push({ run: undefined, node: undefined, end: undefined, bytes: undefined });
    }
    if (this.#size === this.#at.length) this.#grow();
    this.#up(this.#size++, at, this.#pushed++, slot);
    return this.#dues[slot]!;
  }

  #grow(): void {
    const size = this.#size * 2;
    const [at, order, slot] = [new Float64Array(size), new Float64Array(size), new Int32Array(size)];
    at.set(this.#at);
    order.set(this.#order);
    slot.set(this.#slot);
    [this.#at, this.#order, this.#slot] = [at, order, slot];
  }

  #up(from: number, at: number, order: number, slot: number): void {
    let i = from;
    while (i > 0) {
      const above = (i - 1) >> 2;
      // an equal instant was pushed before
      if (this.#at[above]! <= at) break;
      this.#move(above, i);
      i = above;
    }
    this.#put(i, at, order, slot);
  }

  #move(from: number, to: number): void {
    this.#at[to] = this.#at[from]!;
    this.#order[to] = this.#order[from]!;
    this.#slot[to] = this.#slot[from]!;
  }

  #put(i: number, at: number, order: number, slot: number): void {
    this.#at[i] = at;
    this.#order[i] = order;
    this.#slot[i] = slot;
  }

  /** Takes the next into `into`; its instant is `at` then. */
  pop(into: Due<Node, End>): void {
    const slot = this.#slot[0]!;
    this.at = this.#at[0]!;
    const due = this.#dues[slot]!;
    into.run = due.run;
    into.node = due.node;
    into.end = due.end;
    into.bytes = due.bytes;
    due.run = undefined;
    due.node = undefined;
    due.end = undefined;
    due.bytes = undefined;
    this.#free.push(slot);
    const last = --this.#size;
    if (last > 0) this.#down(this.#at[last]!, this.#order[last]!, this.#slot[last]!);
  }

  #down(at: number, order: number, slot: number): void {
    const size = this.#size;
    let i = 0;
    for (;;) {
      let least = 4 * i + 1;
      if (least >= size) break;
      const end = Math.min(least + 4, size);
      for (let child = least + 1; child < end; child++) if (this.#before(child, least)) least = child;
      if (this.#at[least]! > at || (this.#at[least] === at && this.#order[least]! > order)) break;
      this.#move(least, i);
      i = least;
    }
    this.#put(i, at, order, slot);
  }

  #before(a: number, b: number): boolean {
    return this.#at[a]! < this.#at[b]! || (this.#at[a] === this.#at[b] && this.#order[a]! < this.#order[b]!);
  }
}
