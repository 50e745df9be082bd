import { expect, test } from 'vitest';
import { outageMs, repliesAt, roundTripsMs } from './ping.ts';

const output = `PING 10.50.0.4 (10.50.0.4) 56(84) bytes of data.
[1700000000.100000] 64 bytes from 10.50.0.4: icmp_seq=1 ttl=64 time=2.41 ms
[1700000000.150250] 64 bytes from 10.50.0.4: icmp_seq=2 ttl=64 time=0.9 ms
[1700000004.900000] 64 bytes from 10.50.0.4: icmp_seq=97 ttl=64 time=3.00 ms

--- 10.50.0.4 ping statistics ---
97 packets transmitted, 3 received, 96.9072% packet loss, time 4800ms
rtt min/avg/max/mdev = 0.900/2.103/3.000/0.900 ms
`;

test('replies and round trips are read from what ping prints', () => {
  expect(repliesAt(output)).toEqual([1700000000100, 1700000000150.25, 1700000004900]);
  expect(roundTripsMs(output)).toEqual([2.41, 0.9, 3]);
  expect(repliesAt('connect: Network is unreachable')).toEqual([]);
});

test('the outage lasts from the fault to the reply that ended the silence', () => {
  expect(outageMs([900, 950, 1000, 5400, 5450], 1010, 200)).toBe(4390);
});

test('what was under way at the fault does not end the outage', () => {
  expect(outageMs([1000, 1012, 5000, 5050], 1010, 200)).toBe(3990);
});

test('no silence is no outage; no reply at all is an endless one', () => {
  expect(outageMs([1000, 1050, 1100, 1150], 1010, 200)).toBe(0);
  expect(outageMs([900, 1000], 1010, 200)).toBe(Number.POSITIVE_INFINITY);
});
