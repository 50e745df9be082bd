import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts, portTaken } from './ports.ts';

test('two communities get no port in common, though nothing listens yet', async () => {
  const given = await Promise.all(Array.from({ length: 8 }, () => freePorts(26)));
  expect(new Set(given.flat()).size).toBe(8 * 26);
});

test('a port that something listens on is taken, and free again afterwards', async () => {
  const [port = 0] = await freePorts(1);
  expect(await portTaken(port)).toBe(false);
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await portTaken(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await portTaken(port)).toBe(false);
});
