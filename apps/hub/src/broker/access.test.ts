import { expect, test } from 'vitest';
import { overlap, Topics } from '../topics.ts';
import { mayPublish, maySubscribe, type Principal } from './access.ts';
import { PacketMeter } from './packet-meter.ts';

const community = '00112233445566aa';
const topics = new Topics(community);
const node = 'aaaaaaaaaaaaaaaa';
const under = (rest: string) => `energymesh/${community}/${rest}`;
const gateway: Principal = { kind: 'node', node, session: node, gateway: true, serial: '1' };
const relay: Principal = { ...gateway, gateway: false };
const tool: Principal = { kind: 'tool', name: 'backend' };

test('topics are told apart', () => {
  expect(topics.parse(under('em/meter-1/telemetry'))).toEqual({ at: 'device', device: 'meter-1', kind: 'telemetry' });
  expect(topics.parse(under(`node/${node}/report`))).toEqual({ at: 'node', node, kind: 'report' });
  expect(topics.parse(under('em/meter-1/command'))).toEqual({ at: 'command', device: 'meter-1' });
  expect(topics.parse(under('document'))).toEqual({ at: 'document' });
  for (const odd of ['em/METER/telemetry', 'em/meter-1/telemetry/x', 'em/meter-1/other', 'node/short/report', 'x', ''])
    expect(topics.parse(under(odd)).at).toBe('other');
  expect(topics.parse('energymesh/ffffffffffffffff/em/meter-1/telemetry').at).toBe('outside');
});

test('who may publish what', () => {
  const may = (who: Principal) =>
    ['em/m/telemetry', `node/${node}/report`, 'node/bbbbbbbbbbbbbbbb/report', 'em/m/command', 'document', 'x/y'].map((rest) =>
      mayPublish(who, under(rest), topics),
    );
  expect(may(gateway)).toEqual([true, true, true, false, false, true]);
  expect(may(relay)).toEqual([false, true, false, false, false, false]);
  expect(may(tool)).toEqual([false, false, false, true, false, true]);
  expect([gateway, tool].some((who) => mayPublish(who, '$SYS/x', topics) || mayPublish(who, 'energymesh/other/em/m/command', topics))).toBe(false);
});

test('nodes hear what goes down, whatever wildcards they write', () => {
  const may = (filter: string) => maySubscribe(relay, filter, topics);
  for (const down of ['em/+/command', 'em/m/command', 'document', 'em/m/config', 'notice/#']) expect(may(under(down))).toBe(true);
  for (const up of ['em/+/telemetry', 'em/+/+', 'em/m/#', '+/+/telemetry', '#', 'node/+/report', '+/+/+']) expect(may(under(up))).toBe(false);
  for (const outside of ['#', '+/+/em/+/command', 'energymesh/ffffffffffffffff/em/m/command', '$SYS/#']) expect(may(outside)).toBe(false);
  expect(maySubscribe(tool, '#', topics)).toBe(true);
});

test('what a node is told about its rewards is its session’s alone', () => {
  const other = 'bbbbbbbbbbbbbbbb';
  expect(topics.parse(under(`node/${node}/told`))).toEqual({ at: 'told', node });
  const may = (who: Principal, filter: string) => maySubscribe(who, under(filter), topics);
  expect([may(relay, `node/${node}/told`), may(relay, `node/${other}/told`), may(relay, 'node/+/told'), may(relay, `node/${node}/#`)]).toEqual([
    ...[true, false, false, false],
  ]);
  // A gateway in the session of a node whose lease it holds.
  const leased: Principal = { ...gateway, session: other };
  expect([may(leased, `node/${other}/told`), may(leased, `node/${node}/told`)]).toEqual([true, false]);
  const says = (who: Principal) => [`node/${node}/told`, `node/${node}/rewards`, `node/${other}/rewards`].map((topic) => mayPublish(who, under(topic), topics));
  expect([says(relay), says(gateway), says(tool)]).toEqual([
    [false, true, false],
    [false, true, true],
    [false, false, false],
  ]);
});

test('a phone’s call is its node’s alone to hear, and nobody’s to make but the hub’s', () => {
  const other = 'bbbbbbbbbbbbbbbb';
  expect(topics.parse(under(`node/${node}/call`))).toEqual({ at: 'call', node });
  const may = (who: Principal, filter: string) => maySubscribe(who, under(filter), topics);
  expect([may(relay, `node/${node}/call`), may(relay, `node/${other}/call`), may(relay, 'node/+/call'), may(relay, 'node/+/reply')]).toEqual([
    ...[true, false, false, false],
  ]);
  const says = (who: Principal) => [`node/${node}/call`, `node/${node}/reply`].map((topic) => mayPublish(who, under(topic), topics));
  expect([says(relay), says(gateway), says(tool)]).toEqual([
    [false, true],
    [false, true],
    [false, false],
  ]);
});

test('overlapping filters', () => {
  const over = (a: string, b: string) => overlap(a.split('/'), b.split('/'));
  expect([over('a/+', 'a/b'), over('a/#', 'a'), over('a/b', 'a/b/c'), over('+/b', 'a/+'), over('a/x', '+/b')]).toEqual([true, true, false, true, false]);
});

test('the meter follows packets cut anywhere, and stops at one that is too long', () => {
  const packet = (bytes: number) => {
    const digits: number[] = [];
    for (let rest = bytes; digits.length === 0 || rest > 0; rest >>= 7) digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    return Buffer.concat([Buffer.from([0x30, ...digits]), Buffer.alloc(bytes, 0xff)]);
  };
  const stream = Buffer.concat([packet(0), packet(127), packet(128), packet(1000)]);
  const whole = new PacketMeter(1000);
  expect(whole.accept(stream)).toBe(true);
  const cut = new PacketMeter(1000);
  expect([...stream].every((byte) => cut.accept(Uint8Array.of(byte)))).toBe(true);
  expect(new PacketMeter(1000).accept(packet(1001))).toBe(false);
  expect(new PacketMeter(2 ** 40).accept(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01))).toBe(false);
});
