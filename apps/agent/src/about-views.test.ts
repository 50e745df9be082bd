import { expect, test } from 'vitest';
import { aboutPort } from './about-views.ts';
import { about } from './api/about-schema.ts';
import { createLogger } from './logger.ts';

const clock = { monotonic: () => 0, wall: () => 1000, after: () => () => {} };
const logger = createLogger('silent');
const port = (identity: object) =>
  aboutPort({
    identity: { node: '00000000000000a1', fingerprint: 'mfra-abcd', incarnation: 3, dates: 'fresh', enrolment: undefined, ...identity } as never,
    name: () => 'Mill',
    founded: () => false,
    build: { version: '1.2.3', date: 5 },
    startedAt: 7,
    backend: () => ({ state: 'not-a-gateway', since: 7, waiting: 2 }),
    ports: () => ({ http: 8080 }),
    logger,
    clock,
    updates: () => ({ packaged: true, installedAt: 9, security: true, securityAt: undefined }),
  });

test('what a node is: of its membership the hubs and no key', () => {
  const enrolment = {
    community: { id: '00000000000000c1', name: 'Millbrook' },
    hubs: ['https://hub:8443'],
    gateway: false,
    beaconKey: 'canary',
    door: { key: 'canary' },
  };
  const shown = port({ enrolment }).current();
  expect(about.parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({
    community: { name: 'Millbrook', hubs: ['https://hub:8443'], certificate: 'fresh' },
    updates: { packaged: true, installedAt: 9 },
  });
  expect(JSON.stringify(shown)).not.toContain('canary');
  expect(port({}).current().community).toBeUndefined();
});

test('the log level is changed in the running logger', () => {
  const own = port({});
  own.setLogLevel('debug');
  expect([logger.level, own.current().logLevel]).toEqual(['debug', 'debug']);
  logger.level = 'silent';
});
