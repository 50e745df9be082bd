import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backendOf } from './backend.ts';
import { privateFolder } from './identity/files.ts';
import type { NodeIdentity } from './identity/identity.ts';

let dataDir: string;
let changed: () => void;
let identity: Pick<NodeIdentity, 'enrolment' | 'onChange'>;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'em-backend-'));
  privateFolder(join(dataDir, 'identity'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

type Told = NonNullable<NonNullable<NodeIdentity['enrolment']>['backend']>;
const enrolled = (gateway: boolean, backend?: Told) => {
  const door = { key: '', certificate: '', root: '' };
  const enrolment = {
    chain: 'CHAIN',
    root: '',
    door,
    community: { id: 'c', name: 'C' },
    beaconKey: new Uint8Array(),
    beaconEpoch: 0,
    formerBeaconKeys: [],
    hubs: [],
    backend,
    gateway,
  };
  identity = {
    enrolment,
    onChange: (handler) => {
      changed = handler;
      return () => {};
    },
  };
  return enrolment;
};

test('over TLS a gateway shows its node certificate, and the renewed one after a renewal', () => {
  const enrolment = enrolled(true);
  const backend = backendOf({ dataDir, backend: { url: 'mqtts://b', envelope: false } }, identity)!;
  expect(backend.key).toBe(join(dataDir, 'identity/node.key'));
  expect(readFileSync(backend.cert!, 'utf8')).toBe('CHAIN');
  Object.assign(enrolment, { chain: 'RENEWED' });
  changed();
  expect(readFileSync(backend.cert!, 'utf8')).toBe('RENEWED');
});

test('what is configured is left as it is', () => {
  enrolled(true, { url: 'mqtts://told', protocol: '5', login: { by: 'nothing' } });
  const plain = { url: 'mqtt://b', envelope: true };
  expect(backendOf({ dataDir, backend: plain }, identity)).toEqual(plain);
  const own = { url: 'mqtts://b', envelope: false, cert: '/c', key: '/k' };
  expect(backendOf({ dataDir, backend: own }, identity)).toEqual(own);
});

test('a gateway without configuration goes where the hub told it', () => {
  enrolled(true, { url: 'mqtts://told', protocol: '3.1.1', login: { by: 'password', username: 'u', password: 'p' }, ca: 'CA' });
  const backend = backendOf({ dataDir }, identity)!;
  expect(backend).toMatchObject({ url: 'mqtts://told', envelope: true, username: 'u', password: 'p' });
  expect(backend.cert).toBeUndefined();
  expect(readFileSync(backend.ca!, 'utf8')).toBe('CA');
  enrolled(true, { url: 'mqtts://told', protocol: '5', login: { by: 'certificate' } });
  expect(backendOf({ dataDir }, identity)).toMatchObject({ envelope: false, cert: join(dataDir, 'identity/chain.pem') });
});

test('a relay has no backend', () => {
  enrolled(false, { url: 'mqtts://told', protocol: '5', login: { by: 'nothing' } });
  expect(backendOf({ dataDir }, identity)).toBeUndefined();
});
