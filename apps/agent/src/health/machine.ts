import { readFileSync, statfsSync } from 'node:fs';

const cacheMs = 10_000;

/** What the machine says of itself; undefined where it does not. Read at most every ten seconds. */
export class Machine {
  readonly #folder: string;
  readonly #monotonic: () => number;
  readonly #thermalFile: string;
  #readAt = Number.NEGATIVE_INFINITY;
  #diskUsedShare: number | undefined;
  #temperatureC: number | undefined;

  constructor(options: { readonly folder: string; readonly monotonic: () => number; readonly thermalFile?: string }) {
    this.#folder = options.folder;
    this.#monotonic = options.monotonic;
    this.#thermalFile = options.thermalFile ?? '/sys/class/thermal/thermal_zone0/temp';
  }

  /** 0 to 1, of the file system that holds the agent's data, as an unprivileged user meets it. */
  diskUsedShare(): number | undefined {
    this.#read();
    return this.#diskUsedShare;
  }

  temperatureC(): number | undefined {
    this.#read();
    return this.#temperatureC;
  }

  #read(): void {
    const now = this.#monotonic();
    if (now - this.#readAt < cacheMs) return;
    this.#readAt = now;
    this.#diskUsedShare = attempt(() => {
      const { bavail, bfree, blocks } = statfsSync(this.#folder);
      const used = blocks - bfree;
      return used + bavail > 0 ? used / (used + bavail) : undefined;
    });
    this.#temperatureC = attempt(() => {
      const milli = Number(readFileSync(this.#thermalFile, 'utf8'));
      return Number.isFinite(milli) && milli > 0 ? milli / 1000 : undefined;
    });
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
