// What can compile the contract on this machine. rustup's compiler is the one whose wasm is committed; Debian's builds it too, to other bytes.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const crate = join(import.meta.dirname, '../../contracts/incentive');
export const wasmTarget = 'wasm32v1-none';
/** Whose output contracts/incentive/incentive.wasm is. Another version makes other bytes of the same source. */
export const compilerOfRecord = '1.95.0';

export interface Toolchain {
  readonly cargo: string;
  /** As `rustc --version` says: 1.95.0. */
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments besides the usual ones. */
  readonly more: readonly string[];
}

const says = (program: string, ...args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

const places = (program: string): readonly string[] => [program, join(homedir(), '.cargo/bin', program), join('/usr/bin', program)];
export const findCargo = (): string | undefined => places('cargo').find((path) => says(path, '--version') !== undefined);

const versionOf = (rustc: string): string | undefined => /^rustc (\d+\.\d+\.\d+)/.exec(says(rustc, '--version') ?? '')?.[1];

/** A compiler whose own library for the target is there: `rustup target add wasm32v1-none`. */
function withTarget(): Toolchain | undefined {
  const cargo = findCargo();
  const rustc = places('rustc').find((path) => existsSync(says(path, '--print', 'target-libdir', '--target', wasmTarget) ?? ''));
  const version = rustc === undefined ? undefined : versionOf(rustc);
  if (cargo === undefined || rustc === undefined || version === undefined) return undefined;
  return { cargo, version, env: { RUSTC: rustc }, more: [] };
}

/** Debian has no library for the target, but its source: apt-get install cargo-web rustc-web rust-web-src lld-22 */
function fromSource(): Toolchain | undefined {
  const [cargo, rustc, linker] = ['/usr/bin/cargo', '/usr/bin/rustc', '/usr/bin/wasm-ld-22'] as const;
  if (![cargo, rustc, linker, '/usr/lib/rustlib/src/rust/library/core'].every(existsSync)) return undefined;
  const version = versionOf(rustc);
  if (version === undefined) return undefined;
  // Building the library is for nightly compilers only, unless asked for like this.
  const env = { RUSTC: rustc, RUSTC_BOOTSTRAP: '1', CARGO_TARGET_WASM32V1_NONE_LINKER: linker };
  return { cargo, version, env, more: ['-Zbuild-std=core,alloc'] };
}

export const findToolchain = (): Toolchain | undefined => withTarget() ?? fromSource();
export const howToGetOne = `needs \`rustup target add ${wasmTarget}\`, or on Debian \`apt-get install cargo-web rustc-web rust-web-src lld-22\``;

const fetchSecondsMax = 300;

/** Why the contract's tests cannot run here, in words: no cargo, one that is too old, or its packages are neither here nor to be had. */
export function cannotTestContract(): string | undefined {
  const cargo = findCargo();
  const needed = /^rust-version = "(.+)"$/m.exec(readFileSync(join(crate, 'Cargo.toml'), 'utf8'))?.[1] ?? '0';
  if (cargo === undefined) return `needs cargo ${needed}`;
  const version = /^cargo (\d+\.\d+)/.exec(says(cargo, '--version') ?? '')?.[1] ?? '0';
  if (isOlder(version, needed)) return `needs cargo ${needed}, ${cargo} is ${version}`;
  const fetched = spawnSync(cargo, ['fetch', '--locked'], { cwd: crate, encoding: 'utf8', timeout: fetchSecondsMax * 1000 });
  if (fetched.status === 0) return undefined;
  const why = fetched.stderr?.split('\n').findLast((line) => line.trim() !== '') ?? 'no answer';
  return `cargo cannot fetch the contract's packages: ${why.trim()}`;
}

/** Of versions such as 1.95. */
export function isOlder(version: string, than: string): boolean {
  const [[major = 0, minor = 0], [majorMin = 0, minorMin = 0]] = [version, than].map((one) => one.split('.').map(Number)) as [number[], number[]];
  return major < majorMin || (major === majorMin && minor < minorMin);
}
