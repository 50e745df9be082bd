import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const wrapper = join(import.meta.dirname, '../../../provisioning/files/usr/sbin/energymesh-netd');

/** The script that systemd starts, with a program in Node's place that says how it was called. */
function run(args: readonly string[], deadline?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'energymesh-wrapper-'));
  try {
    const node = join(folder, 'node');
    writeFileSync(node, '#!/bin/sh\necho "$@"\n');
    chmodSync(node, 0o755);
    const runtime = join(folder, 'runtime');
    if (deadline !== undefined) {
      mkdirSync(runtime);
      writeFileSync(join(runtime, 'deadline'), deadline);
    }
    const { status, stdout, stderr } = spawnSync('sh', [wrapper, ...args], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', EM_NODE: node, EM_NETD: 'netd.mjs', EM_NETD_RUNTIME: runtime },
    });
    return status === 0 ? stdout : `${status}: ${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.each([
  ['is over', '1\n', '--jitless netd.mjs revert-if-due\n'],
  ['is far away', '99999999999\n', ''],
  ['cannot be read', undefined, '--jitless netd.mjs revert-if-due\n'],
  ['makes no sense', '$(reboot)\n', '--jitless netd.mjs revert-if-due\n'],
  ['is empty', '', '--jitless netd.mjs revert-if-due\n'],
])('starts Node only when the deadline is over: it %s', (_, deadline, expected) => expect(run(['revert-if-due'], deadline)).toBe(expected));

it('starts Node for whatever else is asked, arguments as they are', () => {
  expect(run(['apply'], '99999999999\n')).toBe('--jitless netd.mjs apply\n');
  expect(run(['check', 'a b;c'])).toBe('--jitless netd.mjs check a b;c\n');
});
