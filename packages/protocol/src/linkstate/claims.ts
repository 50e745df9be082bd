import type { DeviceHash, NodeId } from '../ids.ts';
import type { DeviceClaim } from '../wire/claims.ts';

/** Who serves a device: of all claims the highest counter, of equal ones that of the higher node id. docs/protocol.md §5.9 */
export interface DeviceHolder {
  readonly node: NodeId;
  readonly counter: number;
}

/** Claims of the whole community; further ones are not looked at until their record comes anew. */
export const claimsInAllMax = 65_536;

const beats = (a: DeviceHolder, b: DeviceHolder): boolean => a.counter > b.counter || (a.counter === b.counter && a.node > b.node);

/** The claims of all nodes, by device. A new record costs what it changes, not what there is. */
export class Claims {
  /** Best first. Nearly always one: a second is there while a device moves. */
  readonly #byDevice = new Map<DeviceHash, DeviceHolder[]>();
  readonly #byNode = new Map<NodeId, ReadonlyMap<DeviceHash, number>>();
  readonly #count: (name: string) => void;
  #size = 0;

  constructor(count: (name: string) => void) {
    this.#count = count;
  }

  get size(): number {
    return this.#size;
  }

  holder(device: DeviceHash): DeviceHolder | undefined {
    return this.#byDevice.get(device)?.[0];
  }

  /** All that this node claims now. Returns the devices whose holder or highest counter is another one by it. */
  set(node: NodeId, claims: readonly DeviceClaim[]): DeviceHash[] {
    const before = this.#byNode.get(node);
    const after = new Map<DeviceHash, number>();
    const changed: DeviceHash[] = [];
    const given = new Set<DeviceHash>();
    if (before && before.size > 0) for (const { device } of claims) given.add(device);
    for (const device of before?.keys() ?? []) if (!given.has(device) && this.#put(node, device, undefined)) changed.push(device);
    for (const { device, counter } of claims) {
      const known = before?.get(device);
      if (known === undefined && this.#size >= claimsInAllMax) {
        this.#count('claims-full');
        continue;
      }
      after.set(device, counter);
      if (known !== counter && this.#put(node, device, counter)) changed.push(device);
    }
    if (after.size > 0) this.#byNode.set(node, after);
    else this.#byNode.delete(node);
    return changed;
  }

  /** True when the device has another holder or counter. */
  #put(node: NodeId, device: DeviceHash, counter: number | undefined): boolean {
    const all = this.#byDevice.get(device) ?? [];
    const first = all[0];
    const at = all.findIndex((claim) => claim.node === node);
    if (at >= 0) all.splice(at, 1);
    if (counter !== undefined) {
      const claim = { node, counter };
      const place = all.findIndex((other) => beats(claim, other));
      all.splice(place < 0 ? all.length : place, 0, claim);
    }
    this.#size += (counter === undefined ? 0 : 1) - (at < 0 ? 0 : 1);
    if (all.length === 0) this.#byDevice.delete(device);
    else this.#byDevice.set(device, all);
    return first?.node !== all[0]?.node || first?.counter !== all[0]?.counter;
  }
}
