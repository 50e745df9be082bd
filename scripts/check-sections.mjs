/**
 * Every section of docs/protocol.md and docs/proofs.md that the source cites ("§5.3") exists, and so does every one that they refer to themselves ("(5.3)").
 * `node scripts/check-sections.mjs [root]`; exit 1 names file:line of each that does not.
 * The document named last before a § on its line is meant ("RFC 9171 §4.2", "MQTT 5 §4.7", "docs/devices.md §2"); without a name it is docs/protocol.md.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const protocol = 'docs/protocol.md';
/** By name: lines, and the numbers of its sections. A document that is not there has none. */
const documents = new Map(
  [protocol, 'docs/proofs.md'].map((name) => {
    const path = join(root, name);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    return [name, { lines, sections: new Set(lines.flatMap((line) => /^#{2,4} (\d+(?:\.\d+)*) /.exec(line)?.[1] ?? [])) }];
  }),
);

/** Source files below `folder`; whatever is generated or installed stays out. */
function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'out', '.next'].includes(entry.name)) yield* sources(path);
    } else if (/\.(ts|tsx|mts|mjs|js|py|rs)$/.test(entry.name)) yield path;
  }
}

const folders = ['packages', 'apps', 'contracts']
  .filter((parent) => existsSync(join(root, parent)))
  .flatMap((parent) => readdirSync(join(root, parent)).flatMap((name) => ['src', 'python', 'vectors'].map((part) => join(root, parent, name, part))))
  .concat(join(root, 'e2e/src'))
  .filter((folder) => existsSync(folder));

const names = /docs\/protocol\.md|RFC \d+|MQTT|[\w./-]+\.md/g;
let cited = 0;
const missing = [];

function check(path, number, section, name) {
  cited++;
  if (!documents.get(name).sections.has(section)) missing.push(`${relative(root, path)}:${number}: ${name} has no section ${section}`);
}

for (const folder of folders) {
  for (const path of sources(folder)) {
    for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
      for (const match of line.matchAll(/§(\d+(?:\.\d+)*)/g)) {
        const named = line.slice(0, match.index).match(names)?.at(-1) ?? protocol;
        if (documents.has(named)) check(path, index + 1, match[1], named);
      }
    }
  }
}
for (const [name, { lines }] of documents) {
  for (const [index, line] of lines.entries()) {
    for (const [, list] of line.matchAll(/\((\d+\.\d+(?:, \d+\.\d+)*)\)/g)) {
      for (const section of list.split(', ')) check(join(root, name), index + 1, section, name);
    }
  }
}

for (const line of missing) console.log(line);
const sections = [...documents.values()].reduce((sum, document) => sum + document.sections.size, 0);
console.log(`${sections} sections, ${cited} citations, ${missing.length} of sections that do not exist`);
process.exitCode = missing.length > 0 || sections === 0 || cited === 0 ? 1 : 0;
