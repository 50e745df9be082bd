import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Release {
  /** Debian's version: grows with every commit. */
  readonly version: string;
  /** SOURCE_DATE_EPOCH: seconds, of the commit, so that one commit gives one package. */
  readonly epoch: number;
  readonly commit: string;
}

/** What Debian takes as an upstream version without epoch and revision. */
const versionForm = /^[0-9][A-Za-z0-9.+~]{0,63}$/;

/** `0.1.0+421.g1a2b3c4d` of apps/agent's package.json, the number of commits and the commit; `+changed` where files differ from it. Throws outside a git clone. */
export function releaseOf(root: string, given?: string): Release {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const base = (JSON.parse(readFileSync(join(root, 'apps/agent/package.json'), 'utf8')) as { version: string }).version;
  const commit = git('rev-parse', 'HEAD');
  const changed = git('status', '--porcelain') === '' ? '' : '+changed';
  const version = given ?? `${base}+${git('rev-list', '--count', 'HEAD')}.g${commit.slice(0, 8)}${changed}`;
  if (!versionForm.test(version)) throw new Error(`"${version}" is no version that Debian takes: digits first, then letters, digits, . + ~`);
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct'));
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new Error('SOURCE_DATE_EPOCH is no number of seconds');
  return { version, epoch, commit };
}
