import { claimCounterMax, claimsMax, type DeviceClaim, type DeviceHash } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { DeviceDirectory, DeviceDoor, Mesh } from '../ports.ts';
import { deviceHash } from './held.ts';
import type { SpoolFile } from './spool-file.ts';

/** A device that was not seen here for this long is somebody else's. */
const forgetMs = 7 * 24 * 3_600_000;
/** Written down no more often than this while it comes and goes. */
const noteMs = 3_600_000;
/** Beyond it the one that was away longest is forgotten. */
const devicesMax = claimsMax;
const prefix = 'device:';

interface Served {
  readonly hash: DeviceHash;
  /** Spool time when last seen, and when that was last written down. */
  at: number;
  noted: number;
  /** 0: not claimed. */
  counter: number;
  /** The counter is durable, so it may be said. */
  durable: boolean;
}

/**
 * Devices that are served here: connected now, or lately, so that a command finds its way while they are away. Kept over restarts as notes of the spool.
 * Each is claimed by a counter, by which all nodes agree where it is. docs/protocol.md §5.9, docs/decisions/0010-device-claims.md
 *
 * 1. A claim is said once it is durable.
 * 2. A device that connects is claimed anew only where another node holds it, or nobody.
 * 3. A device that another node claims with more is nobody of ours: forgotten, and its connection ended.
 */
export class Roster {
  readonly #file: SpoolFile;
  readonly #directory: DeviceDirectory;
  readonly #mesh: Pick<Mesh, 'self' | 'holder' | 'setClaims'>;
  readonly #logger: Logger;
  readonly #onChange: () => void;
  readonly #served = new Map<string, Served>();
  readonly #byHash = new Map<DeviceHash, string>();
  readonly #connected = new Set<string>();
  #door: Pick<DeviceDoor, 'dismiss'> | undefined;
  #opened = false;
  #closed = false;
  #moved = 0;
  readonly #forget: (() => void)[] = [];

  constructor(options: {
    file: SpoolFile;
    directory: DeviceDirectory;
    mesh: Pick<Mesh, 'self' | 'holder' | 'setClaims'>;
    logger: Logger;
    onChange: () => void;
  }) {
    this.#file = options.file;
    this.#directory = options.directory;
    this.#mesh = options.mesh;
    this.#logger = options.logger;
    this.#onChange = options.onChange;
    this.#file.onOpened(({ notes }) => this.#open(notes));
    this.#forget.push(this.#directory.onChange(() => this.#onChange()));
  }

  /** The door comes later than the relay: it needs the relay's intake. */
  useDoor(door: DeviceDoor): void {
    this.#door = door;
    for (const { device } of door.connected()) this.#change(device, true);
    this.#forget.push(door.onChange(({ device, connected }) => this.#change(device, connected)));
    this.#onChange();
  }

  counters(): Readonly<Record<string, number>> {
    return { served: this.#served.size, moved: this.#moved };
  }

  get connected(): number {
    return this.#connected.size;
  }

  /** Sorted, so that equal rosters look equal. */
  devices(): readonly string[] {
    if (!this.#opened) return [...this.#connected].sort();
    const now = this.#file.ages.now();
    const known = new Set(this.#directory.known().map(({ id }) => id));
    let claimed = false;
    for (const [device, served] of this.#served) {
      // A directory without any device has not been read yet.
      if (this.#connected.has(device) || ((known.has(device) || known.size === 0) && now - served.at < forgetMs)) continue;
      claimed ||= served.counter > 0;
      this.#remove(device);
    }
    if (claimed) this.#say();
    return [...this.#served.keys()].sort();
  }

  /** These devices have another holder now, or their holder another counter. */
  claimed(devices: readonly DeviceHash[]): void {
    const lost = devices.flatMap((hash) => this.#lost(hash) ?? []);
    if (lost.length === 0) return;
    this.#say();
    this.#moved += lost.length;
    for (const { device, node } of lost) {
      this.#logger.info({ device, node }, 'a device is at another node now');
      this.#door?.dismiss(device);
    }
    this.#onChange();
  }

  close(): void {
    this.#closed = true;
    for (const forget of this.#forget) forget();
  }

  #open(notes: ReadonlyMap<string, string>): void {
    this.#opened = true;
    for (const [key, value] of notes) {
      const [at = Number.NaN, counter = 0] = value.split(' ').map(Number);
      if (!key.startsWith(prefix) || !Number.isFinite(at)) continue;
      const whole = Number.isSafeInteger(counter) && counter > 0 && counter <= claimCounterMax;
      this.#add(key.slice(prefix.length), at, whole ? counter : 0);
    }
    // First what is connected here now: it is here, whoever claimed it meanwhile.
    for (const device of this.#connected) this.#see(device, true);
    this.#say();
    this.claimed([...this.#byHash.keys()]);
    this.#onChange();
  }

  #change(device: string, connected: boolean): void {
    if (connected) this.#connected.add(device);
    else this.#connected.delete(device);
    this.#see(device, connected);
    this.#onChange();
  }

  #see(device: string, connected: boolean): void {
    if (!this.#opened) return;
    let served = this.#served.get(device);
    // One that was lost is not taken back by its going.
    if (!served && !connected) return;
    const now = this.#file.ages.now();
    served ??= this.#add(device, now, 0);
    // The longest away stands first.
    this.#served.delete(device);
    this.#served.set(device, served);
    served.at = now;
    const counter = connected ? this.#counter(served) : served.counter;
    if (counter === undefined) return this.#remove(device);
    if (counter !== served.counter || now - served.noted >= noteMs) this.#note(device, served, counter);
    this.#trim();
  }

  /** By which it is claimed now that it connects; undefined: nobody's counter goes beyond the one that is known. */
  #counter(served: Served): number | undefined {
    const holder = this.#mesh.holder(served.hash);
    if (served.counter > 0 && (!holder || holder.node === this.#mesh.self || holder.counter < served.counter)) return served.counter;
    const counter = Math.max(holder?.counter ?? 0, served.counter) + 1;
    return counter > claimCounterMax ? undefined : counter;
  }

  #note(device: string, served: Served, counter: number): void {
    const fresh = counter !== served.counter;
    served.counter = counter;
    served.noted = served.at;
    if (fresh) served.durable = false;
    this.#file.group.note(prefix + device, `${Math.round(served.at)} ${counter}`, () => {
      if (served.durable || served.counter !== counter || this.#closed || this.#served.get(device) !== served) return;
      served.durable = true;
      this.#say();
    });
  }

  /** The device of a claim that another node's beats. */
  #lost(hash: DeviceHash): { device: string; node: string } | undefined {
    const device = this.#byHash.get(hash);
    const served = device === undefined ? undefined : this.#served.get(device);
    const holder = this.#mesh.holder(hash);
    if (device === undefined || !served || !holder || holder.node === this.#mesh.self) return undefined;
    // One that is still to be said may be the higher one.
    if (served.counter > holder.counter || (served.counter === holder.counter && this.#mesh.self > holder.node)) return undefined;
    this.#remove(device);
    return { device, node: holder.node };
  }

  #add(device: string, at: number, counter: number): Served {
    const served: Served = { hash: deviceHash(device), at, noted: counter > 0 ? at : Number.NEGATIVE_INFINITY, counter, durable: counter > 0 };
    this.#served.set(device, served);
    this.#byHash.set(served.hash, device);
    return served;
  }

  #remove(device: string): void {
    const served = this.#served.get(device);
    if (!served) return;
    this.#served.delete(device);
    if (this.#byHash.get(served.hash) === device) this.#byHash.delete(served.hash);
    this.#file.group.note(prefix + device, undefined);
  }

  #trim(): void {
    if (this.#served.size <= devicesMax) return;
    for (const [old, { counter }] of this.#served) {
      if (this.#connected.has(old)) continue;
      this.#remove(old);
      if (counter > 0) this.#say();
      break;
    }
  }

  #say(): void {
    const claims: DeviceClaim[] = [];
    for (const { hash, counter, durable } of this.#served.values()) if (durable && counter > 0) claims.push({ device: hash, counter });
    claims.sort((a, b) => (a.device < b.device ? -1 : 1));
    // Of two devices with one hash only one can be claimed.
    this.#mesh.setClaims(claims.filter(({ device }, i) => i === 0 || claims[i - 1]!.device !== device));
  }
}
