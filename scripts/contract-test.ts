// Tests of contracts/incentive in the real Soroban host: `node scripts/contract-test.ts`. Ends with "N passed, N failed".
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cannotTestContract, crate, findCargo } from './contract/toolchain.ts';

const why = cannotTestContract();
if (why !== undefined) {
  console.error(`contract: not run: ${why}`);
  process.exit(1);
}
// The host is compiled with the tests; colours would hide the lines that are counted.
const cargo = spawn(findCargo() ?? 'cargo', ['test', '--locked', '--color', 'never'], { cwd: crate, stdio: ['ignore', 'pipe', 'inherit'] });
let passed = 0;
let failed = 0;
for await (const line of createInterface({ input: cargo.stdout })) {
  console.log(line);
  const [, ok, bad] = /^test result: .* (\d+) passed; (\d+) failed;/.exec(line) ?? [];
  passed += Number(ok ?? 0);
  failed += Number(bad ?? 0);
}
const status = cargo.exitCode ?? (await new Promise<number | null>((resolve) => cargo.on('close', resolve)));
// What does not compile has no result line, and is a failure all the same.
if (status !== 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
