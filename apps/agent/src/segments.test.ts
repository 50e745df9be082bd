import { randomInt } from 'node:crypto';
import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { VirtualClock } from './clock.fixture.ts';
import type { Interfaces } from './mesh/segments.ts';
import { community, started } from './neighbours.fixture.ts';

/** Interfaces as this machine would have them; all of them are its loopback. */
const v4 = (address: string): NetworkInterfaceInfo[] => [
  { address, netmask: '255.255.0.0', family: 'IPv4', mac: '02:00:00:00:00:01', internal: false, cidr: `${address}/16` },
];
const subnet = () => `127.${randomInt(2, 255)}`;
const port = () => randomInt(20_000, 60_000);

test('over a tunnel, which carries no multicast, nodes that name each other are linked; who is not named is not heard', async () => {
  const { member } = await community();
  const [net, udp] = [subnet(), port()];
  const node = async (host: string, ...addresses: string[]) =>
    started(await member(host), [{ type: 'peers', interface: 'wg-mesh', addresses: addresses.map((end) => `${net}.0.${end}`), port: udp }], {
      host: `${net}.0.${host}`,
      interfaces: () => ({ 'wg-mesh': v4(`${net}.0.${host}`) }),
    });
  const a = await node('1', '2');
  const uninvited = await node('3', '1', '2');
  const b = await node('2', '1');
  await Promise.all([a.until(() => a.saw('neighbour-up')), b.until(() => b.saw('neighbour-up'))]);
  expect(a.mesh.neighbours().map((one) => [one.node, one.segment])).toEqual([[b.mesh.self, 'wg-mesh']]);
  expect(a.mesh.place(b.mesh.self)).toMatchObject({ interface: 'wg-mesh', multiHop: false });
  expect(a.mesh.place(uninvited.mesh.self)).toBeUndefined();
  expect(uninvited.mesh.neighbours()).toEqual([]);
});

test('a way over several hops is looked for when neighbours are few for 20 s, is marked, and makes room for a direct one', async () => {
  const { member } = await community();
  const clock = new VirtualClock();
  const [far, near, udp] = [subnet(), subnet(), port()];
  let radio = false;
  const node = async (host: string) =>
    started(
      await member(host),
      [
        { type: 'interface', name: 'bat0', port: udp, fallback: true },
        { type: 'interface', name: 'mesh0', port: udp + 1 },
      ],
      {
        host: '*',
        clock,
        fallbackBelow: 3,
        interfaces: (): Interfaces => ({ bat0: v4(`${far}.0.${host}`), ...(radio && { mesh0: v4(`${near}.0.${host}`) }) }),
      },
    );
  const [a, b] = [await node('1'), await node('2')];
  const until = async (done: () => boolean) => {
    while (!done()) {
      clock.advance(5);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  const places = () => [a.mesh.place(b.mesh.self), b.mesh.place(a.mesh.self)].filter((place) => place !== undefined);
  await until(() => clock.monotonic() >= 19_000);
  expect(a.mesh.counters()).not.toHaveProperty('beacon-repeated');
  expect(places()).toEqual([]);
  await until(() => a.mesh.neighbours().length + b.mesh.neighbours().length === 2);
  // The end that was dialled cannot tell the loopback's addresses apart.
  expect(places().some(({ multiHop }) => multiHop)).toBe(true);

  radio = true;
  await until(() => places().some((place) => place.interface === 'mesh0') && places().every(({ multiHop }) => !multiHop));
  expect(a.mesh.neighbours()).toHaveLength(1);
  // And stays there.
  await until(() => clock.monotonic() >= 90_000);
  expect(places().some(({ multiHop }) => multiHop)).toBe(false);
});
