import { type RadioView, radioView, snapshotEverySeconds } from '@energymesh/network';
import type { NodeId } from '@energymesh/protocol';
import type { Beneath, Clock, LinkPlaces, Mesh, RadioLayer, RadioNow } from '../ports.ts';
import { beneathOf, kbpsOf } from './beneath.ts';
import { SnapshotFile } from './snapshot-file.ts';

export interface RadioOptions {
  /** Path of the snapshot; it need not be there, ever. */
  readonly snapshot: string;
  readonly mesh: Pick<Mesh, 'neighbours' | 'subscribe'>;
  readonly places: LinkPlaces;
  readonly clock: Clock;
  /** Seconds, by the clock of /proc/uptime. */
  readonly uptime: () => number;
}

type Told = Map<NodeId, { readonly upSince: number; readonly kbps: number }>;

/** Reads what the radios say, tells it apart by link, and tells the protocol what each link may carry. */
export class Radio implements RadioLayer, AsyncDisposable {
  readonly #o: RadioOptions;
  readonly #file: SnapshotFile;
  readonly #handlers = new Set<() => void>();
  /** By neighbour: what the protocol was told of which link. As many as there are neighbours. */
  #told: Told = new Map();
  #now: RadioNow = { at: 'none' };
  #cancel: () => void = () => {};
  #unsubscribe: () => void = () => {};
  #reading: Promise<void> = Promise.resolve();
  #closed = false;

  /** Resolves after the first look. */
  static async open(options: RadioOptions): Promise<Radio> {
    const radio = new Radio(options);
    // A link that comes up need not wait for the next look.
    radio.#unsubscribe = options.mesh.subscribe((output) => {
      if (output.type === 'event' && output.event.kind === 'neighbour-up' && radio.#now.at === 'read') radio.#join(radio.#now.view);
    });
    await radio.#look();
    return radio;
  }

  private constructor(options: RadioOptions) {
    this.#o = options;
    this.#file = new SnapshotFile(options.snapshot);
  }

  current(): RadioNow {
    return this.#now;
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel();
    this.#unsubscribe();
    await this.#reading;
  }

  #look(): Promise<void> {
    this.#reading = this.#file.read().then((read) => {
      if (this.#closed) return;
      this.#cancel = this.#o.clock.after(snapshotEverySeconds * 1000, () => void this.#look());
      const silent = read.at === 'none' && this.#now.at === 'none';
      if (read.at === 'read') this.#join(radioView(read.snapshot, this.#o.uptime()));
      else {
        this.#now = read;
        this.#forget();
      }
      if (!silent) for (const handler of this.#handlers) handler();
    });
    return this.#reading;
  }

  #join(view: RadioView): void {
    const { mesh, places } = this.#o;
    const beneath = new Map<NodeId, Beneath>();
    const told: Told = new Map();
    for (const { node, upSince } of mesh.neighbours()) {
      const place = places.place(node);
      if (!place) continue;
      const carries = beneathOf(view, place);
      beneath.set(node, carries);
      const kbps = kbpsOf(view, carries);
      const before = this.#told.get(node);
      const known = before?.upSince === upSince ? before.kbps : undefined;
      if (kbps !== known) places.setBandwidth(node, kbps);
      if (kbps !== undefined) told.set(node, { upSince, kbps });
    }
    this.#told = told;
    this.#now = { at: 'read', view, beneath };
  }

  /** The reader has gone: what it said last is of the past. */
  #forget(): void {
    for (const { node, upSince } of this.#o.mesh.neighbours()) if (this.#told.get(node)?.upSince === upSince) this.#o.places.setBandwidth(node, undefined);
    this.#told.clear();
  }
}
