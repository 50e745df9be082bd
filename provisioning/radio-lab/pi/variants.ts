import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';

export interface Packages {
  /** Three good versions, one after the other, and one whose agent ends at once. */
  readonly first: string;
  readonly second: string;
  readonly third: string;
  readonly bad: string;
}

const names = { first: '0.1.0+pi1', second: '0.1.0+pi2', third: '0.1.0+pi3', bad: '0.1.0+pi4' } as const;

/** From the package as it is built, further versions that differ in number only; uncompressed, since a guest unpacks slowly. Resolves with paths in `folder`. */
export async function makeVariants(deb: string, folder: string): Promise<Packages> {
  mkdirSync(folder, { recursive: true });
  const tree = mkdtempSync(join(folder, 'tree-'));
  try {
    await run(['dpkg-deb', '--raw-extract', deb, join(tree, 'package')], { secondsMax: 300 });
    const paths = {} as Record<keyof Packages, string>;
    for (const [which, version] of Object.entries(names) as [keyof Packages, string][]) {
      const control = join(tree, 'package/DEBIAN/control');
      writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
      if (which === 'bad') writeFileSync(join(tree, 'package/usr/lib/energymesh/agent/agent.mjs'), 'process.exit(1);\n');
      paths[which] = join(folder, `energymesh_${version}_amd64.deb`);
      await run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', join(tree, 'package'), paths[which]], { secondsMax: 300 });
    }
    return paths;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

export const versionOf = (which: keyof Packages): string => names[which];
