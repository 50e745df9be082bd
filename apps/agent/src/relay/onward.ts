import type { DeviceHash, NodeId } from '@energymesh/protocol';
import type { Mesh } from '../ports.ts';
import type { Courier } from './courier.ts';
import { type Held, transferOf } from './held.ts';
import type { SpoolFile } from './spool-file.ts';

/** Between learning of a holder and sending on to it, and between two sendings: two nodes that take each other for the holder pass a command on once a second. */
export const settleMs = 500;

export interface OnwardOptions {
  readonly mesh: Pick<Mesh, 'self' | 'holder'>;
  readonly courier: Pick<Courier, 'send'>;
  readonly file: Pick<SpoolFile, 'clock' | 'ages'>;
  /** The durable commands held for a device, in order. */
  readonly of: (device: DeviceHash) => readonly Held[];
  /** The device may come here. */
  readonly onHere: (held: Held) => void;
  /** The new holder has it durably. */
  readonly onSent: (held: Held, to: NodeId) => void;
}

/** Where held commands go: to the door of this node, or on to the node that serves their device. docs/protocol.md §10.4 */
export class Onward {
  readonly #o: OnwardOptions;
  /** Devices that are elsewhere and have something here. */
  readonly #waits = new Map<DeviceHash, { readonly to: NodeId; readonly cancel: () => void }>();

  constructor(options: OnwardOptions) {
    this.#o = options;
  }

  /** A command has come to be held, or is to be tried again. */
  enter(held: Held): void {
    if (this.#elsewhere(held.deviceHash) === undefined) this.#o.onHere(held);
    else this.look(held.deviceHash);
  }

  /** The device's holder may be another one now. */
  look(device: DeviceHash): void {
    const to = this.#elsewhere(device);
    const waits = this.#waits.get(device);
    if (waits && waits.to === to) return;
    waits?.cancel();
    this.#waits.delete(device);
    if (to === undefined) {
      for (const held of this.#o.of(device)) this.#o.onHere(held);
      return;
    }
    for (const held of this.#o.of(device)) {
      held.atDoor?.abort(new Error('the device is at another node'));
      held.atDoor = undefined;
    }
    const cancel = this.#o.file.clock.after(settleMs, () => {
      this.#waits.delete(device);
      this.#send(device, to);
    });
    this.#waits.set(device, { to, cancel });
  }

  close(): void {
    for (const { cancel } of this.#waits.values()) cancel();
    this.#waits.clear();
  }

  #elsewhere(device: DeviceHash): NodeId | undefined {
    const holder = this.#o.mesh.holder(device)?.node;
    return holder === this.#o.mesh.self ? undefined : holder;
  }

  #send(device: DeviceHash, to: NodeId): void {
    const { courier, file } = this.#o;
    for (const held of this.#o.of(device)) {
      if (held.sentTo.has(to)) continue;
      held.sentTo.add(to);
      const age = { ageMs: file.ages.now() - held.born, lifetimeMs: held.expiresAt - held.born };
      void courier.send({ to, class: held.id.class, traffic: held.traffic, ...age, body: transferOf(held) }).then((fate) => {
        held.sentTo.delete(to);
        if (fate === 'released') this.#o.onSent(held, to);
        // No room under way: again, as long as it lives.
        else if (fate === 'refused' && this.#o.of(device).includes(held)) this.look(device);
      });
    }
  }
}
