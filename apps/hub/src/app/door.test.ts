import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWebCertificate } from '@energymesh/identity';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { ConfigError } from '../config-error.ts';
import { webIdentity } from './certificate.ts';
import { appOrigin, appSchema } from './config.ts';
import { createAppDoor, openAppDoor } from './door.ts';

let folder: string;
let files: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-app-'));
  files = join(folder, 'out');
  mkdirSync(join(files, '_next/static'), { recursive: true });
  writeFileSync(join(files, 'index.html'), '<!DOCTYPE html><html lang="en"><script>one()</script></html>');
  writeFileSync(join(files, 'mesh.html'), '<!DOCTYPE html><html lang="en"></html>');
  writeFileSync(join(files, '_next/static/a.js'), 'a()');
  writeFileSync(join(folder, 'secret.html'), 'secret');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = pino({ level: 'silent' });
const clock = { now: () => Date.now(), every: () => () => undefined };
const bindings = { incoming: { socket: { remoteAddress: '192.0.2.1' }, headers: {} } };

function door(call: Parameters<typeof createAppDoor>[0]['calls']['call'] = async () => ({ ok: false, fault: 'no-such-node' })) {
  const app = createAppDoor({ config: appSchema.parse({ files }), rpc: ['https://rpc.example/soroban', 'nonsense'], calls: { call }, log });
  return (path: string, init?: RequestInit) => app.fetch(new Request(new URL(path, 'https://app.example'), init), bindings as never);
}

test('pages say that they come from the hub, under a policy that names their scripts, the ledger and the local network', async () => {
  const ask = door();
  const index = await ask('/');
  expect(await index.text()).toContain('<html data-app="hub" lang="en">');
  const policy = index.headers.get('content-security-policy')!;
  expect(policy).toContain("connect-src 'self' http: https://rpc.example;");
  expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+';/);
  expect(index.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await ask('/mesh')).status).toBe(200);
  expect((await ask('/_next/static/a.js')).headers.get('content-security-policy')).toBe("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
  expect((await ask('/', { headers: { 'if-none-match': index.headers.get('etag')! } })).status).toBe(304);
  const script = await ask('/_next/static/a.js');
  expect([await script.text(), script.headers.get('cache-control')]).toEqual(['a()', 'public, max-age=31536000, immutable']);
  for (const path of ['/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/%00', '/admin/nodes', '/stats'])
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
});

test('a call goes to its node and comes back; faults have a code, words and when the node was heard', async () => {
  const node = '00000000000000a1';
  const seen: unknown[] = [];
  const answered = door(async (to, bytes, address) => {
    seen.push([to, bytes.length, address]);
    return { ok: true, answer: Uint8Array.of(1, 2, 3) };
  });
  const answer = await answered(`/call/${node}`, { method: 'POST', body: new Uint8Array(200) });
  expect([answer.status, new Uint8Array(await answer.arrayBuffer())]).toEqual([200, Uint8Array.of(1, 2, 3)]);
  expect(seen).toEqual([[node, 200, '192.0.2.1']]);
  expect((await answered(`/call/${node}`, { method: 'POST', body: new Uint8Array(20_000) })).status).toBe(400);
  expect((await answered(`/call/${node}`, { method: 'POST', headers: { origin: 'https://evil.example', host: 'app.example' }, body: 'x' })).status).toBe(403);
  expect((await answered('/call/no-node', { method: 'POST', body: 'x' })).status).toBe(404);
  const away = door(async () => ({ ok: false, fault: 'no-answer', heardAt: 77 }));
  const fault = await away(`/call/${node}`, { method: 'POST', body: 'x' });
  expect([fault.status, await fault.json()]).toEqual([504, { error: { code: 'no-answer', message: 'the node did not answer in time', heardAt: 77 } }]);
});

test('without a certificate of its own it makes one that browsers can read, and keeps it while it is good', async () => {
  const config = appSchema.parse({ files, url: 'https://app.example:8444' });
  const first = await webIdentity(config, folder, ['192.0.2.7'], Date.now());
  const certificate = new X509Certificate(first.cert);
  expect([first.own, certificate.publicKey.asymmetricKeyType, certificate.subjectAltName]).toEqual([true, 'ec', 'DNS:app.example, IP Address:192.0.2.7']);
  expect((await webIdentity(config, folder, ['192.0.2.7'], Date.now())).cert).toBe(first.cert);
  expect((await webIdentity(config, folder, ['192.0.2.8'], Date.now())).cert).not.toBe(first.cert);
  const renewed = await webIdentity(config, folder, ['192.0.2.8'], Date.now() + 340 * 24 * 3_600_000);
  expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(Date.now() + 600 * 24 * 3_600_000);
});

test('a certificate from files is checked against its key', async () => {
  const [one, other] = [await createWebCertificate({ names: ['a'], now: Date.now() }), await createWebCertificate({ names: ['a'], now: Date.now() })];
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certificate, one.certificatePem);
  writeFileSync(key, one.keyPem);
  const config = appSchema.parse({ files, certificate, key });
  expect(await webIdentity(config, folder, [], Date.now())).toMatchObject({ own: false, cert: one.certificatePem });
  writeFileSync(key, other.keyPem);
  await expect(webIdentity(config, folder, [], Date.now())).rejects.toThrow(/app.certificate, app.key: they do not belong together/);
  await expect(webIdentity({ ...config, key: join(folder, 'none') }, folder, [], Date.now())).rejects.toThrow(ConfigError);
});

test('mistakes in the configuration are named', async () => {
  const wrong = (app: object) => () => parseConfig({ dataDir: folder, app }, {});
  expect(wrong({})).toThrow(/^app.files: /);
  expect(wrong({ files, certificate: 'a.pem' })).toThrow('app.key: certificate and key go together');
  expect(wrong({ files, url: 'https://app.example/' })).toThrow(/app.url: expected an origin/);
  expect(wrong({ files, port: 0 })).toThrow(/app.url: is needed/);
  expect(appOrigin(appSchema.parse({ files, port: 443 }), 'Hub.Example')).toBe('https://hub.example');
  expect(appOrigin(appSchema.parse({ files }), '2001:db8::1')).toBe('https://[2001:db8::1]:8444');
  const empty = appSchema.parse({ files: folder, url: 'https://app.example', port: 0 });
  const opened = openAppDoor({
    config: empty,
    dataDir: folder,
    hosts: ['a'],
    rpc: [],
    calls: { call: async () => ({ ok: false, fault: 'busy' }) },
    clock,
    log,
  });
  await expect(opened).rejects.toThrow(/app.files: there is no page in/);
});
