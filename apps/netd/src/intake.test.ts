import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestBytesMax, requestFile } from '@energymesh/network';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Found, takeRequests } from './intake.ts';
import { apply, FakeMachine, newState, oldState } from './machine.fixture.ts';
import { machine } from './system.ts';

class Box implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'energymesh-requests-'));
  readonly folder = join(this.root, 'requests');
  readonly quarantine = join(this.root, 'quarantine');
  nowMs = Date.now();

  constructor() {
    mkdirSync(this.folder, { mode: 0o700 });
  }

  put(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode });
    chmodSync(path, mode);
    return path;
  }

  take(): Found[] {
    return [...takeRequests({ folder: this.folder, quarantine: this.quarantine, system: machine, nowMs: () => this.nowMs })];
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const { name, text } = requestFile(apply(newState), 'n1');

describe('the drop box', () => {
  it('gives requests in the order of their arrival, each out of the folder first', () => {
    using box = new Box();
    const confirm = { version: 1, kind: 'confirm', id: 'change-1' } as const;
    const second = requestFile(confirm, 'n2');
    utimesSync(box.put(second.name, second.text), 2000, 2000);
    utimesSync(box.put(name, text), 1000, 1000);
    const seen: string[][] = [];
    const kinds: unknown[] = [];
    for (const found of takeRequests({ folder: box.folder, quarantine: box.quarantine, system: machine, nowMs: () => box.nowMs })) {
      seen.push(readdirSync(box.folder));
      kinds.push(found);
    }
    expect(kinds).toEqual([apply(newState), confirm]);
    expect(seen).toEqual([[second.name], []]);
  });

  it('is no request when it does not exist', () => {
    using box = new Box();
    rmSync(box.folder, { recursive: true });
    expect(box.take()).toEqual([]);
  });

  it('leaves a file alone that is being written, and forgets one that was never finished', () => {
    using box = new Box();
    box.put('.apply-x.json', 'half');
    expect(box.take()).toEqual([]);
    expect(readdirSync(box.folder)).toEqual(['.apply-x.json']);
    box.nowMs += 61_000;
    expect(box.take()).toEqual([]);
    expect(readdirSync(box.folder)).toEqual([]);
  });

  it.each<[string, (box: Box) => void, RegExp]>([
    ['a symbolic link', (box) => symlinkSync('/etc/shadow', join(box.folder, name)), /plain file/],
    [
      'a link to a good request elsewhere',
      (box) => {
        writeFileSync(join(box.root, 'good'), text);
        symlinkSync('../good', join(box.folder, name));
      },
      /plain file/,
    ],
    [
      'a second name of a file',
      (box) => {
        writeFileSync(join(box.root, 'good'), text, { mode: 0o600 });
        linkSync(join(box.root, 'good'), join(box.folder, name));
      },
      /more than one name/,
    ],
    ['a pipe', (box) => execFileSync('mkfifo', [join(box.folder, name)]), /not a plain file/],
    ['a folder with a tree in it', (box) => mkdirSync(join(box.folder, name, 'a/b/c'), { recursive: true }), /not a plain file/],
    ['what others may write', (box) => box.put(name, text, 0o622), /written by others/],
    ['a huge file', (box) => truncateSync(box.put(name, text), 2 ** 40), /longer/],
    ['a byte too many', (box) => box.put(name, `${text}${' '.repeat(requestBytesMax + 1 - text.length)}`), /longer/],
    ['an empty file', (box) => box.put(name, ''), /not JSON/],
    ['no UTF-8', (box) => box.put(name, Buffer.from([0x22, 0xff, 0x22])), /not JSON in UTF-8/],
    ['a request of another version', (box) => box.put(name, text.replace('"version":1', '"version":2')), /version/],
    ['an id with a line in it', (box) => box.put(name, text.replace('change-1', 'change\\n1')), /id/],
    ['a key too many', (box) => box.put(name, text.replace('"version":1', '"version":1,"root":true')), /not as expected/],
    ['too short a time to confirm', (box) => box.put(name, text.replace(':120', ':1')), /confirmWithinSeconds/],
  ])('refuses %s, and it is gone', (_, put, reason) => {
    using box = new Box();
    put(box);
    expect(box.take()).toEqual([expect.stringMatching(reason)]);
    expect(readdirSync(box.folder)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)('refuses what belongs to somebody else (as root, who alone can give a file away)', () => {
    using box = new Box();
    chownSync(box.put(name, text), 65_534, 65_534);
    expect(box.take()).toEqual([expect.stringMatching(/another user/)]);
    expect(readdirSync(box.folder)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)('moves away what its own user cannot remove (as root)', () => {
    using box = new Box();
    chmodSync(box.root, 0o755);
    chownSync(box.folder, 65_534, 65_534);
    mkdirSync(join(box.folder, 'tree/inner'), { recursive: true, mode: 0o755 });
    expect(box.take()).toEqual([expect.stringMatching(/not a plain file/)]);
    expect(readdirSync(box.folder)).toEqual([]);
    expect(readdirSync(box.quarantine)).toHaveLength(1);
  });

  it('takes a bounded number in one go and the rest in the next', () => {
    using box = new Box();
    for (let i = 0; i < 20; i++) box.put(`${i}.json`, '{}');
    expect([box.take().length, box.take().length, box.take().length]).toEqual([16, 4, 0]);
  });

  it('answers whatever is in it with a reason, and the network stays as it is', () => {
    using pi = new FakeMachine();
    pi.helper().adopt(oldState);
    const before = pi.host();
    pi.changes.length = 0;
    using box = new Box();
    const bytes = fc.uint8Array({ maxLength: 300 });
    const json = fc.json().map((one) => Buffer.from(one));
    const valid = JSON.parse(text) as Record<string, unknown>;
    const changed = fc
      .tuple(fc.constantFrom('version', 'kind', 'id', 'state', 'confirmWithinSeconds', '__proto__'), fc.anything())
      .map(([key, value]) => Buffer.from(JSON.stringify({ ...valid, [key]: value }, (_, one) => (typeof one === 'bigint' ? `${one}` : one)) ?? ''));
    const inner = fc
      .tuple(fc.constantFrom(...Object.keys(newState)), fc.jsonValue())
      .map(([key, value]) => Buffer.from(JSON.stringify({ ...valid, state: { ...newState, mesh: 'broken', [key]: value } })));
    const named = fc.constantFrom('confirm', 'revert').map((kind) => Buffer.from(JSON.stringify({ version: 1, kind, id: 'never-was' })));
    fc.assert(
      fc.property(fc.oneof(bytes, json, changed, inner, named), fc.stringMatching(/^[a-z0-9][ -.0-~]{0,20}$/), (content, file) => {
        box.put(file, content);
        const [found, ...more] = box.take();
        expect(more).toEqual([]);
        if (found === undefined) throw new Error('nothing was found');
        if (typeof found !== 'string' && found.kind === 'apply' && JSON.stringify(found.state) === JSON.stringify(newState)) return;
        const { result, reason } = typeof found === 'string' ? pi.helper().refuse(found) : pi.helper().handle(found);
        expect(result).toBe('refused');
        expect(reason.length).toBeGreaterThan(10);
        expect(pi.host()).toEqual(before);
      }),
      { numRuns: 300 },
    );
    expect(pi.changes).toEqual([]);
    expect(readFileSync(join(pi.root, 'run/energymesh/network.json'), 'utf8').length).toBeLessThan(20_000);
  });
});
