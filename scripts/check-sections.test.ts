import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sections-'));
  write('docs/protocol.md', '# The protocol\n\n## 1 First\n\n### 1.2 Second\n\nAs said (1.2).\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
function run(): { status: number | null; out: string } {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'check-sections.mjs'), root], { encoding: 'utf8' });
  return { status, out: stdout };
}

describe('cited sections', () => {
  test('that exist are fine', () => {
    write('packages/p/src/a.ts', '/** docs/protocol.md §1.2 */\n// §1\n');
    write('apps/b/src/deep/er/c.tsx', '// §1.2, and §1\n');
    expect(run()).toEqual({ status: 0, out: '2 sections, 5 citations, 0 of sections that do not exist\n' });
  });

  test('that do not exist are named with file and line', () => {
    write('packages/p/src/a.ts', '\n/** docs/protocol.md §1.3 */\n');
    write('e2e/src/b.ts', '// §1.2\n// §2 and §1.2.1\n');
    const { status, out } = run();
    expect(status).toBe(1);
    expect(out).toContain('packages/p/src/a.ts:2: docs/protocol.md has no section 1.3');
    expect(out).toContain('e2e/src/b.ts:2: docs/protocol.md has no section 2');
    expect(out).toContain('e2e/src/b.ts:2: docs/protocol.md has no section 1.2.1');
  });

  test('of the proofs are checked where they are named', () => {
    write('docs/proofs.md', '## 3 Signed\n\nAs said (3.9).\n');
    write('packages/p/src/a.ts', '/** docs/proofs.md §3, §1.2 */\n');
    write('contracts/c/src/a.rs', '//! docs/proofs.md §3, docs/protocol.md §1.2\n');
    const { out } = run();
    expect(out).toContain('packages/p/src/a.ts:1: docs/proofs.md has no section 1.2');
    expect(out).toContain('docs/proofs.md:3: docs/proofs.md has no section 3.9');
    expect(out).toContain('2 of sections that do not exist');
  });

  test('of other documents are not ours', () => {
    write('packages/p/src/a.ts', '// RFC 9171 §4.2, docs/devices.md §7, MQTT 5 (§9.9; 3.1.1 §9.8) and docs/protocol.md §1.2\n');
    expect(run()).toEqual({ status: 0, out: '2 sections, 2 citations, 0 of sections that do not exist\n' });
  });

  test('within the document are checked too', () => {
    write('docs/protocol.md', '## 1 First\n\nAs said (1.7).\n');
    write('packages/p/src/a.ts', '// §1\n');
    const { status, out } = run();
    expect(status).toBe(1);
    expect(out).toContain('docs/protocol.md:3: docs/protocol.md has no section 1.7');
  });

  test('none at all means that the wrong place was read', () => {
    write('docs/protocol.md', '## 1 First\n');
    expect(run().status).toBe(1);
  });
});
