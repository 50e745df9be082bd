import { type Channel, ConnId } from '@energymesh/protocol';
import type { SimEdge } from './maps.ts';
import type { Seeded } from './random.ts';

/** One end of a connection. */
export interface End {
  readonly conn: ConnId;
  readonly owner: number;
  readonly peer: number;
  readonly edge: number;
  readonly channel: Channel;
  other: End | undefined;
  open: boolean;
  /** When the last bytes that this end sent arrive: a stream keeps its order. */
  arrivesAt: number;
  /** Sent while the edge swallowed everything; TCP sends it again after. */
  held: Uint8Array[];
  /** This end closed while nothing passed. */
  closeHeld: boolean;
}

interface EdgeState {
  readonly delayMs: number;
  readonly loss: number;
  isUp: boolean;
  extraMs: number;
}

/** The edges of a world and the connections on them. */
export class Air {
  readonly edges: readonly SimEdge[];
  /** By node: its edges. */
  readonly at: readonly (readonly number[])[];
  readonly ends = new Map<ConnId, End>();
  /** Edges that carry nothing now, in the order in which they went. */
  readonly gone: number[] = [];
  readonly #states: EdgeState[];
  readonly #random: Seeded;
  #nextConn = 1;
  /** A lost segment comes after TCP's retransmission timeout: RFC 6298 allows 200 ms in practice. */
  static readonly retransmitMs = 200;

  constructor(nodes: number, edges: readonly SimEdge[], random: Seeded) {
    this.edges = edges;
    const at: number[][] = Array.from({ length: nodes }, () => []);
    edges.forEach(({ a, b }, i) => {
      at[a]!.push(i);
      at[b]!.push(i);
    });
    this.at = at;
    this.#states = edges.map(({ delayMs, loss }) => ({ delayMs, loss, isUp: true, extraMs: 0 }));
    this.#random = random;
  }

  isUp(edge: number): boolean {
    return this.#states[edge]!.isUp;
  }
  setUp(edge: number, up: boolean): void {
    const state = this.#states[edge]!;
    if (state.isUp === up) return;
    state.isUp = up;
    if (up) this.gone.splice(this.gone.indexOf(edge), 1);
    else this.gone.push(edge);
  }
  /** Adds to the edge's delay, for a link that degrades. */
  degrade(edge: number, extraMs: number): void {
    this.#states[edge]!.extraMs = extraMs;
  }

  far(edge: number, node: number): number {
    const { a, b } = this.edges[edge]!;
    return a === node ? b : a;
  }

  edgeBetween(a: number, b: number): number | undefined {
    return this.at[a]!.find((e) => this.far(e, a) === b);
  }

  delayMs(edge: number): number {
    const { delayMs, loss, extraMs } = this.#states[edge]!;
    const lost = loss > 0 && this.#random.next() < loss ? Air.retransmitMs : 0;
    return delayMs + extraMs + this.#random.next() * 0.2 * delayMs + lost;
  }

  connect(edge: number, dialler: number, channel: Channel): readonly [End, End] {
    const make = (owner: number, peer: number): End => ({
      conn: ConnId(this.#nextConn++),
      owner,
      peer,
      edge,
      channel,
      other: undefined,
      open: true,
      arrivesAt: 0,
      held: [],
      closeHeld: false,
    });
    const near = make(dialler, this.far(edge, dialler));
    const far = make(near.peer, dialler);
    near.other = far;
    far.other = near;
    this.ends.set(near.conn, near);
    this.ends.set(far.conn, far);
    return [near, far];
  }

  endsOf(node: number): End[] {
    return [...this.ends.values()].filter((end) => end.owner === node);
  }
}
