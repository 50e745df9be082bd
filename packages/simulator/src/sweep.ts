/**
 * Scenarios by seed until the budget is used up: SIM_BUDGET_SECONDS (default 60; property tests and fuzzing grow with it). A failure is a seed:
 * the line that is printed runs it again.
 */
import { type MapName, mapNames } from './maps.ts';
import { runScenario } from './scenario.ts';

const budgetMs = 1000 * Number(process.env.SIM_BUDGET_SECONDS ?? 60);
if (!(budgetMs > 0 && budgetMs <= 86_400_000)) {
  console.error(`SIM_BUDGET_SECONDS: expected 1 to 86400, got "${process.env.SIM_BUDGET_SECONDS}"`);
  process.exit(64);
}
const first = Number(process.env.SIM_FIRST_SEED ?? 1000);
const started = performance.now();
let passed = 0;
let failed = 0;
for (let seed = first; seed === first || performance.now() - started < budgetMs; seed++) {
  const map: MapName = mapNames[seed % mapNames.length]!;
  // a line longer than the hop limit (32) cannot deliver from its end
  const nodes = 4 + ((seed * 7) % (map === 'line' ? 27 : 45));
  const r = runScenario({ map, nodes, minutes: 5, seed });
  const ok = r.lost === 0 && r.duplicates === 0 && r.loops === 0 && r.deliveredRatio === 1;
  if (ok) passed++;
  else {
    failed++;
    console.log(
      `FAILED: npm run sim -- --map ${map} --nodes ${nodes} --minutes 5 --seed ${seed}  (delivered ${r.deliveredRatio}, lost ${r.lost}, duplicates ${r.duplicates}, loops ${r.loops})`,
    );
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
