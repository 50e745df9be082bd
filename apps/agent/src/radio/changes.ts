import { randomBytes } from 'node:crypto';
import { accessSync, closeSync, constants, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type NetworkState,
  type NetworkStatus,
  type ParsedState,
  type Problem,
  parseNetworkState,
  parseStatus,
  problemText,
  requestBytesMax,
  requestFile,
  withKeptSecrets,
} from '@energymesh/network';
import { type AskedChange, type NetworkChanges, type NetworkNow, NetworkRefused } from '../ports.ts';
import { say } from '../said.ts';

export interface ChangesOptions {
  /** The drop box. */
  readonly requests: string;
  /** What the helper says. */
  readonly status: string;
  /** Seconds, by the clock of /proc/uptime. */
  readonly uptime: () => number;
}

const statusBytesMax = 256 * 1024;
/** The helper takes requests out at once: more than a few lying there say that it does not. */
const waitingMax = 8;

/** Places requests for the privileged helper, which decides; and reads what became of them. Nothing secret comes back. docs/network.md */
export class Changes implements NetworkChanges {
  readonly #o: ChangesOptions;
  #asked: AskedChange | undefined;

  constructor(options: ChangesOptions) {
    this.#o = options;
  }

  status(): NetworkNow {
    const status = this.#status();
    const available = this.#takes();
    const change = this.#asked && { change: this.#asked };
    if (!status) return { available, ...change };
    const { waiting, state, ...told } = status;
    const secondsLeft = waiting && Math.max(0, Math.ceil(waiting.deadlineUptimeSeconds - this.#o.uptime()));
    return {
      available,
      ...change,
      status: {
        ...told,
        ...(waiting && secondsLeft !== undefined && { waiting: { id: waiting.id, secondsLeft } }),
        ...(state && { state: withSecretsSet(state) as Record<string, unknown> }),
      },
    };
  }

  propose(state: unknown, confirmWithinSeconds: number): string {
    const status = this.#ready();
    if (status?.phase === 'waiting' || status?.phase === 'applying' || status?.phase === 'reverting')
      throw new NetworkRefused('busy', say('network.under-way'));
    const checked = this.#checked(state, status);
    if (!checked.ok) throw new NetworkRefused('invalid', checked.problems.map(problemText).join(' '), checked.problems);
    const id = `change-${randomBytes(8).toString('hex')}`;
    this.#place({ version: 1, kind: 'apply', id, state, confirmWithinSeconds });
    const before = status?.state && (withSecretsSet(status.state) as AskedChange['asked']);
    this.#asked = { id, confirmWithinSeconds, ...(before && { before }), asked: withSecretsSet(state, 'new') as AskedChange['asked'] };
    return id;
  }

  check(state: unknown): readonly Problem[] {
    const checked = this.#checked(state, this.#status());
    return checked.ok ? [] : checked.problems;
  }

  /** What is left out the helper keeps; here it only counts that there is one. */
  #checked(state: unknown, status: NetworkStatus | undefined): ParsedState {
    return parseNetworkState(withKeptSecrets(state, status?.state && withPlaceholders(status.state)));
  }

  confirm(id: string): void {
    this.#answer('confirm', id);
  }

  revert(id: string): void {
    this.#answer('revert', id);
  }

  #answer(kind: 'confirm' | 'revert', id: string): void {
    if (this.#ready()?.waiting?.id !== id) throw new NetworkRefused('nothing-waits', say('network.nothing-waits'));
    this.#place({ version: 1, kind, id });
  }

  #ready(): NetworkStatus | undefined {
    if (!this.#takes()) throw new NetworkRefused('no-helper', say('network.no-helper'));
    return this.#status();
  }

  #takes(): boolean {
    try {
      accessSync(this.#o.requests, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** Undefined: not there, or not as expected. */
  #status(): NetworkStatus | undefined {
    try {
      const file = openSync(this.#o.status, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const { size } = fstatSync(file);
        if (size > statusBytesMax) return undefined;
        const buffer = Buffer.alloc(size);
        return parseStatus(buffer.toString('utf8', 0, readSync(file, buffer, 0, size, 0)));
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }

  #place(request: Parameters<typeof requestFile>[0]): void {
    const folder = this.#o.requests;
    if (readdirSync(folder).length >= waitingMax) throw new NetworkRefused('busy', say('network.helper-stuck'));
    const { temporary, name, text } = requestFile(request, randomBytes(8).toString('hex'));
    if (Buffer.byteLength(text) > requestBytesMax)
      throw new NetworkRefused('too-long', `The state is longer than ${requestBytesMax} bytes. Leave something out.`);
    try {
      writeFileSync(join(folder, temporary), text, { flag: 'wx', mode: 0o600 });
      renameSync(join(folder, temporary), join(folder, name));
    } catch (error) {
      rmSync(join(folder, temporary), { force: true });
      throw error;
    }
  }
}

const secretKeys = new Set(['passphrase', 'privateKey', 'presharedKey']);

/** Whatever a later version of the helper may write there: of a secret it is told that it is set, and nothing else. */
function withSecretsSet(value: unknown, shown: 'set' | 'new' = 'set'): unknown {
  if (Array.isArray(value)) return value.map((part) => withSecretsSet(part, shown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, secretKeys.has(key) ? shown : withSecretsSet(part, shown)]));
}

/** Long enough to be a passphrase, and never written anywhere. */
function withPlaceholders(state: NetworkState): NetworkState {
  const passphrase = 'x'.repeat(12);
  return {
    ...state,
    ...(state.mesh && { mesh: { ...state.mesh, passphrase } }),
    ...(state.ap && { ap: { ...state.ap, passphrase } }),
    uplink: state.uplink?.kind === 'wifi' ? { ...state.uplink, passphrase } : { kind: 'none' },
  };
}
