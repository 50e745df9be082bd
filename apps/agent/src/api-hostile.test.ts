import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Page } from './api/page.fixture.ts';
import { behind, openDoor } from './door.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-api-'));
  behind.reset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Host and Origin', () => {
  const raw = (port: number, headers: Record<string, string>, path = '/trpc/card') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const asked = httpRequest({ port, host: '127.0.0.1', path, headers, setHost: false, agent: false }, (response) => {
        let body = '';
        response.on('data', (part) => (body += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on('error', reject);
      asked.end();
    });

  test('names of this node are answered, others are refused with words', async () => {
    await using door = await openDoor(folder);
    for (const host of ['127.0.0.1', `localhost:${door.port}`, '[::1]:80', 'mill-lane.local', 'MILL.lan', 'localhost.']) {
      expect(await raw(door.port, { host })).toMatchObject({ status: 200 });
    }
    for (const host of ['evil.example', '8.8.8.8', 'localhost.evil.example', 'a b', '[::2]', 'user@localhost', '']) {
      const answer = await raw(door.port, { host });
      expect(answer.status, host).toBe(403);
      expect(answer.body).toMatch(/allowedHosts|no host name|no Host/);
    }
    expect(behind.refused).toHaveLength(7);
  });

  test("another page's Origin is refused, on HTTP and on WebSocket", async () => {
    await using door = await openDoor(folder);
    const host = `127.0.0.1:${door.port}`;
    expect(await raw(door.port, { host, origin: `http://${host}` })).toMatchObject({ status: 200 });
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost']) {
      expect(await raw(door.port, { host, origin })).toMatchObject({ status: 403, body: expect.stringContaining('may not call this node') });
      const refusal = new Promise<string>((resolve) => {
        const socket = new WebSocket(`ws://${host}/trpc`, { headers: { origin } });
        socket.on('error', (error) => resolve(error.message));
        socket.on('open', () => resolve('opened'));
      });
      expect(await refusal).toContain('403');
    }
    const rebound = new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://${host}/trpc`, { headers: { host: 'evil.example' } });
      socket.on('error', (error) => resolve(error.message));
      socket.on('open', () => resolve('opened'));
    });
    expect(await rebound).toContain('403');
  });
});

describe('garbage', () => {
  const send = (port: number, bytes: string | Buffer) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (part) => (answer += part.toString('latin1')));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
      socket.write(bytes);
    });

  test('what is no HTTP, too long, or aims outside is refused, and the node goes on', async () => {
    await using door = await openDoor(folder);
    const host = `Host: 127.0.0.1\r\nConnection: close\r\n`;
    expect(await send(door.port, Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]))).toMatch(/^HTTP\/1.1 400/);
    expect(await send(door.port, `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
    expect(await send(door.port, `GET http://[ HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1.1 400/);
    expect(await send(door.port, `GET /trpc/${encodeURIComponent('x,'.repeat(50))}?batch=1 HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1.1 (400|404)/);
    const big = 'x'.repeat(70_000);
    expect(await send(door.port, `POST /trpc/auth.logout HTTP/1.1\r\n${host}Content-Length: ${big.length}\r\n\r\n${big}`)).toMatch(/^HTTP\/1.1 413/);
    expect(await send(door.port, `POST /trpc/auth.loginStart HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{`)).toMatch(
      /^HTTP\/1.1 400/,
    );
    expect(await send(door.port, `GET /trpc/status.live HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(await send(door.port, `GET /trpc HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n`)).toMatch(/^HTTP\/1.1 4/);
    expect((await new Page(door.base).client.card.query()).name).toBe('Mill');
  });

  test('on a WebSocket too', async () => {
    await using door = await openDoor(folder, { socketsMax: 20 });
    for (const message of [
      '',
      '{',
      'null',
      '[]',
      '{"id":1}',
      '{"id":1,"method":"subscription"}',
      '{"id":1,"method":"query","params":{"path":7}}',
      '['.repeat(5000),
      'x'.repeat(100_000),
    ]) {
      const socket = new WebSocket(`ws://127.0.0.1:${door.port}/trpc`);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.on('open', resolve));
      const answered = new Promise((resolve) => {
        socket.on('message', resolve);
        socket.on('close', resolve);
      });
      socket.send(message);
      socket.send('PING');
      await answered;
      socket.terminate();
    }
    expect((await new Page(door.base).client.card.query()).name).toBe('Mill');
  });

  test('/healthz and the security headers', async () => {
    await using door = await openDoor(folder);
    const answer = await fetch(`${door.base}/healthz`);
    expect(await answer.json()).toEqual({ ok: true });
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await fetch(`${door.base}/mesh`)).status).toBe(404);
  });
});
