import { expect, test } from 'vitest';
import { parseConfig, readConfig } from './config.ts';

test('the folder alone is a configuration', () => {
  const config = parseConfig({ dataDir: '/data' }, {});
  expect(config).toMatchObject({
    http: { host: '127.0.0.1', port: 8090 },
    https: { port: 8443 },
    broker: { kind: 'embedded', port: 8883, tools: { port: 1884, tls: false } },
    retention: { days: 30 },
  });
});

test('the environment overrides the file', () => {
  const config = parseConfig(
    { dataDir: '/a', http: { port: 1 } },
    { HUB_DATA_DIR: '/b', HUB_HTTP_PORT: '0', HUB_PUBLIC_HOSTS: 'hub.local, 10.0.0.2', HUB_BROKER_URL: 'mqtt://localhost:1883' },
  );
  expect(config).toMatchObject({
    dataDir: '/b',
    http: { port: 0 },
    publicHosts: ['hub.local', '10.0.0.2'],
    broker: { kind: 'external', url: 'mqtt://localhost:1883' },
  });
});

test('mistakes name their key', () => {
  const mistake =
    (tree: unknown, environment = {}) =>
    () =>
      parseConfig(tree, environment);
  expect(mistake({})).toThrow(/^dataDir: /);
  expect(mistake({ dataDir: '/a', htpp: {} })).toThrow('htpp: unknown key');
  expect(mistake({ dataDir: '/a', http: { prot: 1 } })).toThrow('http.prot: unknown key');
  expect(mistake({ dataDir: '/a', http: { port: 70_000 } })).toThrow('http.port: ');
  expect(mistake({ dataDir: '/a' }, { HUB_HTTP_PORT: 'eighty' })).toThrow('HUB_HTTP_PORT: expected a whole number');
  expect(mistake({ dataDir: '/a' }, { HUB_HTTP_HOST: 'not a host' })).toThrow('http.host (HUB_HTTP_HOST): ');
  expect(mistake({ dataDir: '/a', broker: { kind: 'embedded', tools: { host: '0.0.0.0' } } })).toThrow('broker.tools.tls: must be true');
  expect(mistake({ dataDir: '/a', broker: { kind: 'external', url: 'http://x' } })).toThrow('broker.url: ');
  expect(mistake([])).toThrow('expected a JSON object');
});

test('arguments', () => {
  expect(() => readConfig(['--config'], {})).toThrow('--config: expected a file name');
  expect(() => readConfig(['--config', '/does/not/exist.json'], {})).toThrow('cannot be read');
  expect(() => readConfig(['--verbose'], {})).toThrow('--verbose: unknown argument');
});
