import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runAgent } from './agent.ts';
import { Page } from './api/page.fixture.ts';
import { systemClock } from './clock.ts';
import { testCommunity } from './community.fixture.ts';
import { loadConfig } from './config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-agent-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A multicast group per test run, so that runs side by side do not hear each other. */
const group = `239.77.${(process.pid >> 8) & 255}.${process.pid & 255}`;

interface Running extends AsyncDisposable {
  readonly base: string;
  readonly claimCode: string;
}
async function start(name: string, dataDir: string): Promise<Running> {
  const { config } = loadConfig({
    environment: {
      EM_NAME: name,
      EM_DATA_DIR: dataDir,
      EM_HTTP_HOST: '127.0.0.1',
      EM_HTTP_PORT: '0',
      EM_DEVICES_HOST: '127.0.0.1',
      EM_DEVICES_PORT: '0',
      EM_LINKS_HOST: '127.0.0.1',
      EM_MDNS: 'false',
      EM_SPOOL_BYTES_MAX: '8388608',
      EM_SEGMENTS: JSON.stringify([{ type: 'multicast', group, port: 17_900, interface: '127.0.0.1' }]),
    },
    folder,
  });
  const stop = new AbortController();
  const printed: string[] = [];
  let told = () => {};
  const ran = runAgent(
    {
      config,
      logger: pino({ level: process.env.EM_TEST_LOG ?? 'silent', base: { name } }),
      clock: systemClock,
      build: { version: 'test', date: 0 },
      print: (line) => {
        printed.push(line);
        told();
      },
    },
    stop.signal,
  );
  await Promise.race([
    ran,
    new Promise<void>((resolve) => {
      told = () => printed.length >= 2 && resolve();
    }),
  ]);
  return {
    base: /http:\S+/.exec(printed[0] ?? '')?.[0] ?? '',
    claimCode: printed[1]?.split(' ').pop() ?? '',
    async [Symbol.asyncDispose]() {
      stop.abort('test over');
      await ran;
    },
  };
}

test('two agents of a community find each other and show it', async () => {
  const community = await testCommunity();
  const mill = await community.enrol(join(folder, 'mill'), 'Mill', { gateway: false });
  const barn = await community.enrol(join(folder, 'barn'), 'Barn', { gateway: false });
  await using first = await start('Mill', join(folder, 'mill'));
  await using _second = await start('Barn', join(folder, 'barn'));
  const page = new Page(first.base);
  await page.claim(first.claimCode, 'a long enough passphrase');
  const linked = Promise.withResolvers<void>();
  const subscription = page.client.mesh.live.subscribe(undefined, {
    onData: ({ self, nodes, edges }) => {
      expect(self).toBe(mill);
      const both = edges.find(({ stale }) => !stale);
      if (both && nodes.some(({ id, name, online }) => id === barn && name === 'Barn' && online)) linked.resolve();
    },
    onError: linked.reject,
  });
  await linked.promise;
  subscription.unsubscribe();
  const { neighbours } = await page.client.mesh.neighbours.query();
  expect(neighbours).toMatchObject([{ id: barn, name: 'Barn' }]);
  const { entries } = await page.client.log.recent.query();
  expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['started', 'claimed', 'login', 'neighbour-up']));
  expect((await page.client.status.get.query()).node).toMatchObject({ id: mill, name: 'Mill', community: 'Sunny Street', gateway: false });
  await page.close();
});
