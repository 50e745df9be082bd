/// <reference path="./webassembly.d.ts" />
/** Contracts' code on the WebAssembly engine of Node. Not metered: a contract that loops for ever stops this network. */
import { hex } from '../bytes.ts';
import { hostFunctions } from './env/index.ts';
import { HostError } from './error.ts';
import type { Frame } from './frame.ts';
import type { Host } from './host.ts';
import type { Val } from './val.ts';
import * as val from './val.ts';

interface Code {
  readonly module: WebAssembly.Module;
  readonly imports: readonly { readonly module: string; readonly name: string }[];
  readonly protocol: number;
}

const cache = new Map<string, Code>();
const cacheMax = 64;
const argsMax = 32;

/** Checks what can be checked without the host's own interpreter. Fails with HostError. */
export const loadCode = (hash: Uint8Array, bytes: Uint8Array, protocolVersion: number): Code => {
  const key = hex(hash);
  const code = cache.get(key) ?? compile(bytes);
  if (code.protocol > protocolVersion) throw new HostError('WasmVm', 'InvalidInput', 'contract protocol number is newer than host');
  // Compiled code is rebuilt when asked for again: the oldest goes.
  if (!cache.has(key) && cache.size >= cacheMax) cache.delete(cache.keys().next().value!);
  cache.set(key, code);
  return code;
};

const compile = (bytes: Uint8Array): Code => {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    throw new HostError('WasmVm', 'InvalidAction', `not WebAssembly: ${error instanceof Error ? error.message : error}`);
  }
  const [meta] = WebAssembly.Module.customSections(module, 'contractenvmetav0');
  if (!meta || meta.byteLength < 12) throw new HostError('WasmVm', 'InvalidInput', 'contract missing metadata section');
  // XDR: a kind (0: interface version), the protocol, a pre-release number.
  const protocol = new DataView(meta).getUint32(4);
  const imports = WebAssembly.Module.imports(module);
  for (const { module: m, name, kind } of imports) {
    if (kind !== 'function' || !hostFunctions[m]?.[name]) throw new HostError('WasmVm', 'InvalidAction', `no host function ${m}.${name} here`);
  }
  return { module, imports, protocol };
};

const importsOf = (host: Host, code: Code): WebAssembly.Imports => {
  const out: Record<string, Record<string, (...args: bigint[]) => bigint>> = {};
  for (const { module, name } of code.imports) {
    const [label, run] = hostFunctions[module]![name]!;
    out[module] ??= {};
    out[module][name] = (...args) => {
      host.cost.hostCall();
      try {
        return run(host, ...args.map((a) => BigInt.asUintN(64, a)));
      } catch (error) {
        if (error instanceof HostError) {
          if (!error.noted) host.fail(error);
          host.fail(new HostError(error.type, error.code, `escalating error to VM trap from failed host function call: ${label}`));
        }
        throw error;
      }
    };
  }
  return out;
};

const trapped = (error: unknown): unknown => {
  if (error instanceof RangeError) return new HostError('Budget', 'ExceededLimit', 'VM call trapped: stack overflow');
  if (!(error instanceof WebAssembly.RuntimeError)) return error;
  const { message } = error;
  const code = /unreachable/.test(message)
    ? 'InvalidAction'
    : /out of bounds/.test(message)
      ? 'IndexBounds'
      : /zero|overflow|unrepresentable/.test(message)
        ? 'ArithDomain'
        : /signature|null function/.test(message)
          ? 'UnexpectedType'
          : 'InvalidAction';
  return new HostError('WasmVm', code, `VM call trapped: ${message}`);
};

export const callWasm = (host: Host, frame: Frame, hash: Uint8Array, missingIsNoop: boolean): Val => {
  const bytes = host.code(hash);
  const code = loadCode(hash, bytes, host.ledger.config.protocolVersion);
  host.cost.instantiate(bytes.length);
  const instance = new WebAssembly.Instance(code.module, importsOf(host, code));
  const { memory } = instance.exports;
  if (memory instanceof WebAssembly.Memory) frame.memory = memory;
  const run = instance.exports[frame.fn];
  if (run === undefined) {
    if (missingIsNoop) return val.VOID;
    throw host.fail(new HostError('WasmVm', 'MissingValue', 'trying to invoke non-existent contract function'), [host.values.symbol(frame.fn)]);
  }
  if (typeof run !== 'function') throw host.fail(new HostError('WasmVm', 'UnexpectedType', 'trying to invoke Wasm export that is not a function'));
  if (frame.args.length > argsMax) throw host.fail(new HostError('WasmVm', 'InvalidInput', 'Too many arguments in Wasm invocation'));
  if (run.length !== frame.args.length) throw host.fail(new HostError('WasmVm', 'UnexpectedSize', 'wrong number of arguments'));
  try {
    return BigInt.asUintN(64, (run as (...args: readonly bigint[]) => bigint)(...frame.args));
  } catch (error) {
    const mapped = trapped(error);
    if (mapped instanceof HostError && mapped !== error) host.fail(mapped, [host.values.symbol(frame.fn)]);
    throw mapped;
  }
};
