import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { behind, openDoor } from './door.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-portal-'));
  behind.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function ask(port: number, host: string, path: string, { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; location: string | undefined; type: string | undefined; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers: { host, ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, type: response.headers['content-type'], body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** As the systems ask, and what tells them that there is a way out. */
const probes = [
  ['iOS, macOS', 'captive.apple.com', '/hotspot-detect.html', 200, '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>'],
  ['iOS, older', 'www.apple.com', '/library/test/success.html', 200, '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>'],
  ['Android', 'connectivitycheck.gstatic.com', '/generate_204', 204, ''],
  ['Android, of another vendor', 'connect.rom.miui.com', '/generate_204', 204, ''],
  ['ChromeOS', 'www.google.com', '/gen_204', 204, ''],
  ['Windows', 'www.msftconnecttest.com', '/connecttest.txt', 200, 'Microsoft Connect Test'],
  ['Windows, older', 'www.msftncsi.com', '/ncsi.txt', 200, 'Microsoft NCSI'],
  ['Firefox', 'detectportal.firefox.com', '/canonical.html', 200, '<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>'],
  ['Firefox', 'detectportal.firefox.com', '/success.txt?ipv4', 200, 'success\n'],
] as const;

test.each(probes)('%s at %s: to the wizard while the node is set up, then as it hopes', async (_system, host, path, status, body) => {
  await using door = await openDoor(folder);
  behind.setupOpen = true;
  expect(await ask(door.port, host, path)).toMatchObject({ status: 302, location: `http://127.0.0.1:${door.port}/setup`, body: '' });
  behind.setupOpen = false;
  expect(await ask(door.port, host, path)).toMatchObject({ status, location: undefined, body });
  expect(await ask(door.port, host, path, { method: 'HEAD' })).toMatchObject({ status, body: '' });
  expect(behind.refused).toEqual([]);
});

test('a foreign name is answered for these paths alone, by these methods, and never to a page', async () => {
  await using door = await openDoor(folder);
  behind.setupOpen = true;
  const foreign = 'captive.apple.com';
  for (const path of ['/', '/setup', '/healthz', '/trpc/card', '/hotspot-detect.html/x', '/generate_204x', '/constructor', '/%67enerate_204'])
    expect((await ask(door.port, foreign, path)).status, path).toBe(403);
  expect((await ask(door.port, foreign, '/generate_204', { method: 'POST' })).status).toBe(403);
  expect((await ask(door.port, foreign, '/generate_204', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  expect(behind.refused).toHaveLength(10);
});
