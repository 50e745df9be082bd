import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-main-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the agent; `on` is called for each line of standard output. */
function run(config: unknown, environment: Record<string, string> = {}, on: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, '--config', file], { env: { PATH: process.env.PATH, ...environment } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => {
    out += part;
    for (const line of part.toString().split('\n').filter(Boolean)) on(line, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (part: Buffer) => (err += part));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
const alone = { name: 'Mill', dataDir: 'data', http: { host: '127.0.0.1', port: 0 } };

test('a wrong configuration ends it with 78 and names every key', async () => {
  const { code, err, out } = await run({ mdns: 'perhaps' }, { EM_HTTP_PORT: 'x' });
  expect(code).toBe(78);
  expect(err).toMatch(/mdns: .*"perhaps"/);
  expect(err).toMatch(/http\.port \(from EM_HTTP_PORT\)/);
  expect(out).toBe('');
});

test('a node that has not joined prints where it is and the claim code, answers, and stops when asked', async () => {
  let health: Promise<unknown> | undefined;
  let asked = 0;
  const { code, out, err } = await run(alone, {}, (line, kill) => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) health = fetch(`${url}/healthz`).then((answer) => answer.json());
    if (line.startsWith('Claim code')) {
      void health?.finally(() => {
        asked = performance.now();
        kill('SIGTERM');
      });
    }
  });
  expect(code).toBe(0);
  expect(performance.now() - asked).toBeLessThan(3000);
  expect(await health).toMatchObject({ status: 'ok', enrolled: false, neighbours: 0, gateway: null });
  const claimCode = /Claim code: (\S+)/.exec(out)?.[1];
  expect(claimCode).toMatch(/^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$/);
  expect(err).not.toContain(claimCode);
  expect(err).toContain('not enrolled');
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'data/state.db')).mode & 0o777).toBe(0o600);
});

test('a port that is taken ends it with words', async () => {
  const taken = (await import('node:http')).createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const { code, err } = await run({ ...alone, http: { host: '127.0.0.1', port } });
  taken.close();
  expect(code).toBe(1);
  expect(err).toContain('something else listens there');
});

test('it outlives whoever reads what it prints', async () => {
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify(alone));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  // Logged after the address was printed to nobody.
  child.stderr.on('data', (part: Buffer) => {
    if (part.includes('not enrolled')) child.kill('SIGTERM');
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});
