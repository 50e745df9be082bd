import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Architecture, architectures, isElfFor } from './arch.ts';
import { changelog, conffiles, control } from './control.ts';
import { nodeBinary } from './node-binary.ts';
import { checksums, copyTree, filesBelow, installedKib, put, settle } from './tree.ts';
import type { Release } from './version.ts';

export interface Built {
  readonly path: string;
  readonly bytes: number;
  readonly installedKib: number;
}

export interface PackageOptions {
  /** The repository, with apps/agent/dist and apps/pwa/out built. */
  readonly root: string;
  readonly out: string;
  readonly architecture: Architecture;
  readonly release: Release;
  /** Preset of xz, 0 to 9: size against minutes. */
  readonly level: number;
}

/** Stages the tree, and lets dpkg-deb make `energymesh_<version>_<architecture>.deb` of it in `out`. */
export function buildPackage({ root, out, architecture, release, level }: PackageOptions): Built {
  const stage = mkdtempSync(join(tmpdir(), 'energymesh-package-'));
  try {
    const node = nodeBinary(root, architecture);
    if (!isElfFor(node.binary, architecture)) throw new Error(`node ${node.version} is not for ${architecture}`);
    stageProgram(root, stage, architecture);
    put(stage, 'usr/lib/energymesh/node', node.binary, 0o755);
    copyTree(join(root, 'provisioning/files'), stage, '.');
    stageDocuments(root, stage, release, node.license);
    const kib = stageControl(root, stage, architecture, release, node.version);
    settle(stage, release.epoch);
    const name = `energymesh_${release.version}_${architecture}.deb`;
    mkdirSync(out, { recursive: true });
    const unfinished = join(out, `.${name}`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${level}`, '--build', stage, unfinished], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(release.epoch) },
    });
    renameSync(unfinished, join(out, name));
    return { path: join(out, name), bytes: readFileSync(join(out, name)).length, installedKib: kib };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** What esbuild cannot put into a bundle: the page, and the SQLite addon with the few scripts that load it. */
function stageProgram(root: string, stage: string, architecture: Architecture): void {
  const to = 'usr/lib/energymesh';
  const leftOut = (path: string) => path.endsWith('.map') || path === '.built-from' || path.endsWith('.LEGAL.txt');
  for (const [app, needed] of [
    ['agent', true],
    ['netd', false],
  ] as const) {
    const dist = join(root, 'apps', app, 'dist');
    if (existsSync(dist)) copyTree(dist, stage, `${to}/${app}`, leftOut);
    else if (needed) throw new Error(`apps/${app} is not built: node scripts/build.ts ${app}`);
  }
  copyTree(join(root, 'apps/pwa/out'), stage, `${to}/pwa`, leftOut);
  const sqlite = realpathSync(join(root, 'apps/agent/node_modules/better-sqlite3'));
  const addon = `prebuilds/linux-${architectures[architecture].npm}.node`;
  if (!isElfFor(readFileSync(join(sqlite, addon)), architecture)) throw new Error(`better-sqlite3's addon is not for ${architecture}`);
  const wanted = (path: string) => path === 'package.json' || path.startsWith('lib/') || path === addon;
  copyTree(sqlite, stage, `${to}/agent/node_modules/better-sqlite3`, (path) => !wanted(path));
}

function stageDocuments(root: string, stage: string, release: Release, nodeLicense: Buffer): void {
  const doc = 'usr/share/doc/energymesh';
  const own = readFileSync(join(root, 'provisioning/package/debian/copyright'), 'utf8');
  put(stage, `${doc}/copyright`, own);
  put(stage, `${doc}/changelog.gz`, gzipSync(changelog(release), { level: 9 }));
  put(stage, `${doc}/node-license.gz`, gzipSync(nodeLicense, { level: 9 }));
  const built = join(root, 'apps/agent/dist');
  // One beside each part of the bundle.
  const legal = existsSync(built)
    ? readdirSync(built)
        .filter((name) => name.endsWith('.LEGAL.txt'))
        .sort()
    : [];
  if (legal.length > 0) put(stage, `${doc}/agent-licenses.gz`, gzipSync(Buffer.concat(legal.map((name) => readFileSync(join(built, name)))), { level: 9 }));
  put(
    stage,
    'usr/share/man/man8/energymesh-upgrade.8.gz',
    gzipSync(readFileSync(join(root, 'provisioning/package/debian/energymesh-upgrade.8')), { level: 9 }),
  );
  put(stage, 'usr/share/lintian/overrides/energymesh', readFileSync(join(root, 'provisioning/package/debian/lintian-overrides')));
}

function stageControl(root: string, stage: string, architecture: Architecture, { version }: Release, node: string): number {
  const kib = installedKib(stage);
  const sums = checksums(stage);
  const files = filesBelow(stage);
  put(stage, 'DEBIAN/control', control({ version, architecture, installedKib: kib, node }));
  put(stage, 'DEBIAN/md5sums', sums);
  put(stage, 'DEBIAN/conffiles', conffiles(files));
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const from = join(root, 'provisioning/package/debian', script);
    put(stage, `DEBIAN/${script}`, withUnits(readFileSync(from, 'utf8'), stage), 0o755);
  }
  return kib;
}

const units = 'usr/lib/systemd/system';
/** Whether there is a mesh, an access point, a firewall is the network state's to say: the root helper enables these. */
const enabledByHelper = /@\.|^energymesh-firewall\.service$/;

/** The maintainer scripts handle whatever units the package has. */
function withUnits(script: string, stage: string): string {
  const all = filesBelow(join(stage, units)).map((name) => ({ name, text: readFileSync(join(stage, units, name), 'utf8') }));
  const enabled = all.filter(({ name, text }) => /^\[Install\]$/m.test(text) && !enabledByHelper.test(name));
  const running = enabled.filter(({ text }) => !/^Type=oneshot$/m.test(text));
  const names = (list: typeof all) => list.map(({ name }) => name).join(' ');
  return script.replaceAll('@UNITS@', names(enabled)).replaceAll('@RUNNING@', names(running));
}
