/** `node packages/protocol/vectors/generate.ts` writes the fixtures anew; the test beside the codec says when they are not up to date. */
import { writeFileSync } from 'node:fs';
import { build } from './cases.ts';

for (const [name, cases] of Object.entries(build())) {
  const lines = cases.map((one) => `  ${JSON.stringify(one)}`);
  writeFileSync(new URL(`./${name}.json`, import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
}
