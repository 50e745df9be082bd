// Builds contracts/incentive to wasm and compares it with the committed one: `node scripts/contract.ts`, or with --write to commit what was built.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shake } from './contract/shake.ts';
import { compilerOfRecord, crate, findToolchain, howToGetOne, wasmTarget } from './contract/toolchain.ts';

const committed = join(crate, 'incentive.wasm');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const toolchain = findToolchain();
if (toolchain === undefined) {
  console.error(`contract: ${howToGetOne}`);
  process.exit(1);
}
const target = join(crate, 'target', toolchain.version);
const { status } = spawnSync(toolchain.cargo, ['build', '--release', '--locked', '--target', wasmTarget, ...toolchain.more], {
  cwd: crate,
  stdio: 'inherit',
  // shake() is what soroban-sdk wants to be sure of. Flags of whoever builds would change the bytes.
  env: { ...process.env, ...toolchain.env, RUSTFLAGS: '', CARGO_TARGET_DIR: target, SOROBAN_SDK_BUILD_SYSTEM_SUPPORTS_SPEC_SHAKING_V2: '1' },
});
if (status !== 0) process.exit(1);

const wasm = shake(readFileSync(join(target, wasmTarget, 'release/incentive.wasm')));
console.log(`contract: rustc ${toolchain.version}, ${wasm.length} bytes, sha256 ${sha256(wasm)}`);
if (toolchain.version !== compilerOfRecord) {
  console.log(`contract: the committed wasm is of rustc ${compilerOfRecord}; bytes of ${toolchain.version} cannot be compared with it`);
} else if (process.argv.includes('--write')) {
  writeFileSync(committed, wasm);
  writeFileSync(`${committed}.sha256`, `${sha256(wasm)}  incentive.wasm\n`);
  console.log('contract: written');
} else if (sha256(readFileSync(committed)) !== sha256(wasm)) {
  console.error(`contract: the committed wasm is ${sha256(readFileSync(committed))}: it was not built from this source; node scripts/contract.ts --write`);
  process.exit(1);
} else console.log('contract: the committed wasm is this one');
