import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { line } from '../community/layout.ts';
import { broker } from '../harness/broker-kind.ts';
import { expectAllDelivered } from '../harness/expect-delivered.ts';
import { Lock } from '../harness/lock.ts';
import { World } from '../harness/world.ts';

const layout = line(
  ['a', 'b'],
  ['a'],
  [
    { id: 'meter-1', role: 'meter', at: 'b' },
    { id: 'lock-1', role: 'lock', at: 'b' },
  ],
);

test('a relay between a device and the gateway; two identical payloads arrive twice', async () => {
  await using world = await World.open({ layout, broker });
  const meter = await world.publisher('meter-1');
  for (let i = 0; i < 50; i++) await meter.publish();
  await expectAllDelivered(world, meter);
  await meter.client.publishAsync('em/meter-1/state', '{"same":1}', { qos: 1 });
  await meter.client.publishAsync('em/meter-1/state', '{"same":1}', { qos: 1 });
  await world.observer.sees('both', 10_000, (o) => o.unique('meter-1', 'state').length >= 2);
  const states = world.observer.unique('meter-1', 'state');
  expect(states.map((s) => s.payload)).toEqual(['{"same":1}', '{"same":1}']);
  expect(new Set(states.map((s) => s.id)).size).toBe(2);
});

const run = promisify(execFile);
const clients = ['/usr/bin/mosquitto_pub', '/usr/bin/mosquitto_sub'];

test.runIf(clients.every((c) => existsSync(c)))('mosquitto_pub and mosquitto_sub are the devices', async () => {
  await using world = await World.open({ layout, broker });
  const ca = join(world.dir, 'device-root.pem');
  writeFileSync(ca, world.community.hub.deviceRootPem());
  const login = (id: string, client = id): string[] => {
    const { token, url } = world.community.device(id);
    return ['-h', '127.0.0.1', '-p', new URL(url).port, '--cafile', ca, '--insecure', '-u', id, '-P', token, '-i', client];
  };
  for (const version of ['mqttv311', 'mqttv5'])
    await run('mosquitto_pub', [...login('meter-1'), '-V', version, '-q', '1', '-t', 'em/meter-1/telemetry', '-m', `{"from":"${version}"}`]);
  await world.observer.sees('both', 20_000, (o) => o.unique('meter-1').length === 2);

  const known = await Lock.open(world, 'lock-1'); // a device that was never there gets nothing kept
  await known.leave();
  const subscriber = spawn('mosquitto_sub', [...login('lock-1'), '-q', '1', '-t', 'em/lock-1/command', '-C', '1', '-W', '60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  subscriber.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const ended = new Promise((resolve) => subscriber.once('exit', resolve));
  await world.community.hub.command('lock-1', { id: 'c-7', action: 'lock' }, 60);
  expect(await ended).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({ id: 'c-7', action: 'lock' });
});
