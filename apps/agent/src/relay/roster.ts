import type { DeviceDirectory, DeviceDoor } from '../ports.ts';
import type { SpoolFile } from './spool-file.ts';

/** A device that was not seen here for this long is somebody else's. */
const forgetMs = 7 * 24 * 3_600_000;
/** Written down no more often than this while it comes and goes. */
const noteMs = 3_600_000;
/** Beyond it the one that was away longest is forgotten. */
const devicesMax = 1024;
const prefix = 'device:';

/** Devices that are served here: connected now, or lately, so that a command finds its way while they are away. Kept over restarts as notes of the spool. */
export class Roster {
  readonly #file: SpoolFile;
  readonly #directory: DeviceDirectory;
  readonly #onChange: () => void;
  /** Spool time when last seen, and when that was last written down. */
  readonly #seen = new Map<string, { at: number; noted: number }>();
  readonly #connected = new Set<string>();
  #opened = false;
  readonly #forget: (() => void)[] = [];

  constructor(options: { file: SpoolFile; directory: DeviceDirectory; onChange: () => void }) {
    this.#file = options.file;
    this.#directory = options.directory;
    this.#onChange = options.onChange;
    this.#file.onOpened(({ notes }) => {
      this.#opened = true;
      for (const [key, value] of notes) {
        const at = Number(value);
        if (key.startsWith(prefix) && Number.isFinite(at)) this.#seen.set(key.slice(prefix.length), { at, noted: at });
      }
      for (const device of this.#connected) this.#see(device);
      this.#onChange();
    });
    this.#forget.push(this.#directory.onChange(() => this.#onChange()));
  }

  /** The door comes later than the relay: it needs the relay's intake. */
  useDoor(door: DeviceDoor): void {
    for (const { device } of door.connected()) this.#change(device, true);
    this.#forget.push(door.onChange(({ device, connected }) => this.#change(device, connected)));
    this.#onChange();
  }

  get connected(): number {
    return this.#connected.size;
  }

  /** Sorted, so that equal rosters look equal. */
  devices(): readonly string[] {
    const now = this.#file.ages.now();
    const known = new Set(this.#directory.known().map(({ id }) => id));
    for (const [device, { at }] of this.#seen) {
      // A directory without any device has not been read yet.
      if (this.#connected.has(device) || ((known.has(device) || known.size === 0) && now - at < forgetMs)) continue;
      this.#seen.delete(device);
      this.#file.group.note(prefix + device, undefined);
    }
    return [...new Set([...this.#connected, ...this.#seen.keys()])].sort();
  }

  close(): void {
    for (const forget of this.#forget) forget();
  }

  #change(device: string, connected: boolean): void {
    if (connected) this.#connected.add(device);
    else this.#connected.delete(device);
    this.#see(device);
    this.#onChange();
  }

  #see(device: string): void {
    if (!this.#opened) return;
    const now = this.#file.ages.now();
    const before = this.#seen.get(device);
    this.#seen.delete(device);
    const fresh = !before || now - before.noted >= noteMs;
    this.#seen.set(device, { at: now, noted: fresh ? now : before.noted });
    if (fresh) this.#file.group.note(prefix + device, String(Math.round(now)));
    if (this.#seen.size <= devicesMax) return;
    for (const old of this.#seen.keys()) {
      if (this.#connected.has(old)) continue;
      this.#seen.delete(old);
      this.#file.group.note(prefix + old, undefined);
      break;
    }
  }
}
