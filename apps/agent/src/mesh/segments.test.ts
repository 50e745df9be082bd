import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { resolveSegment, segmentName } from './segments.ts';

const v4 = (address: string, bits: number, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '02:00:00:00:00:01',
  internal,
  cidr: `${address}/${bits}`,
});
const v6 = (address: string, scopeid: number): NetworkInterfaceInfo => ({
  address,
  netmask: 'ffff:ffff:ffff:ffff::',
  family: 'IPv6',
  mac: '02:00:00:00:00:01',
  internal: false,
  cidr: `${address}/64`,
  scopeid,
});
const machine = {
  lo: [v4('127.0.0.1', 8, true)],
  eth0: [v4('192.0.2.10', 24), v6('2001:db8::10', 0), v6('fe80::10', 2)],
  mesh0: [v6('fe80::20', 3)],
};

test('an interface on a Pi: its link-local IPv6 address, by zone', () => {
  const segment = resolveSegment({ type: 'interface', name: 'mesh0' }, machine);
  expect(segment).toMatchObject({ family: 'udp6', bound: 'ff12::656d%mesh0', membership: { group: 'ff12::656d%mesh0', local: '::%mesh0' }, port: 7769 });
  expect(segment?.accepts('fe80::99%mesh0')).toBe(true);
  expect(segment?.accepts('fe80::99%eth0')).toBe(false);
  expect(segment?.accepts('2001:db8::1')).toBe(false);
});

test('an interface without IPv6 falls back to IPv4', () => {
  expect(resolveSegment({ type: 'interface', name: 'lo' }, machine)).toMatchObject({
    family: 'udp4',
    bound: '239.192.77.69',
    membership: { local: '127.0.0.1' },
  });
});

test('a group of its own on the loopback, by address or name', () => {
  for (const at of ['127.0.0.1', 'lo']) {
    const segment = resolveSegment({ type: 'multicast', group: '239.1.2.3', port: 4000, interface: at }, machine);
    expect(segment).toMatchObject({ family: 'udp4', bound: '239.1.2.3', membership: { local: '127.0.0.1' }, port: 4000 });
    expect(segment?.accepts('127.0.0.9')).toBe(true);
    expect(segment?.accepts('192.0.2.11')).toBe(false);
  }
});

test('without an interface the first outward one is taken, else the loopback', () => {
  const segment = { type: 'multicast', group: '239.1.2.3', port: 4000 } as const;
  expect(resolveSegment(segment, machine)?.membership?.local).toBe('192.0.2.10');
  expect(resolveSegment(segment, { lo: machine.lo })?.membership?.local).toBe('127.0.0.1');
  expect(resolveSegment(segment, {})).toBeUndefined();
});

test('an interface that is not there has no address until it comes', () => {
  expect(resolveSegment({ type: 'interface', name: 'wlan0' }, machine)).toBeUndefined();
  expect(resolveSegment({ type: 'multicast', group: '239.1.2.3', port: 1, interface: '198.51.100.1' }, machine)).toBeUndefined();
  expect(resolveSegment({ type: 'multicast', group: 'ff12::1', port: 1, interface: 'lo' }, machine)).toBeUndefined();
});

test('a tunnel: from the own address to each other one, of the kind that they are', () => {
  const wg = { 'wg-mesh': [v4('10.61.0.1', 24), v6('fd00::1', 0), v6('fe80::1', 9)] };
  const peers = (...addresses: string[]) => resolveSegment({ type: 'peers', interface: 'wg-mesh', addresses }, wg);
  const four = peers('10.61.0.1', '10.61.0.2');
  expect(four).toMatchObject({ family: 'udp4', bound: '10.61.0.1', targets: ['10.61.0.2'], port: 7769, membership: undefined });
  expect(four?.accepts('10.61.0.2')).toBe(true);
  expect(four?.accepts('10.61.0.3')).toBe(false);
  expect(peers('fd00::2')).toMatchObject({ family: 'udp6', bound: 'fd00::1', targets: ['fd00::2'] });
  const local = peers('fe80::2');
  expect(local).toMatchObject({ bound: 'fe80::1%wg-mesh', targets: ['fe80::2%wg-mesh'] });
  expect(local?.accepts('fe80::2%wg-mesh')).toBe(true);
  expect(local?.accepts('fe80::2%eth0')).toBe(false);
  expect(resolveSegment({ type: 'peers', interface: 'wg-up', addresses: ['10.61.0.2'] }, wg)).toBeUndefined();
});

test('names tell segments apart', () => {
  expect(segmentName({ type: 'interface', name: 'mesh0' })).toBe('mesh0');
  expect(segmentName({ type: 'peers', interface: 'wg-mesh', addresses: [] })).toBe('wg-mesh');
  expect(segmentName({ type: 'multicast', group: '239.1.2.3', port: 4000, interface: 'lo' })).toBe('239.1.2.3:4000@lo');
});
