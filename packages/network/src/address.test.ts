import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, canonicalIpv6, isHostAddress, linkLocalOf, overlap, parseAddress, parseCidr, parseIpv4, parseIpv6 } from './address.ts';

describe('addresses', () => {
  it('reads what is written back', () => {
    fc.assert(fc.property(fc.ipV4(), (text) => addressText(parseIpv4(text) ?? { family: 4, value: -1n }) === text));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        const full = addressText({ family: 6, value });
        const short = canonicalIpv6(full);
        return parseIpv6(full)?.value === value && short !== undefined && parseIpv6(short)?.value === value;
      }),
    );
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => parseAddress(text) === undefined || /^[0-9a-fA-F.:]+$/.test(text)));
  });

  it.each([
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'fe80::1%eth0',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeUndefined());

  it('knows overlaps and hosts', () => {
    const cidr = (text: string) => parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>;
    expect(overlap(cidr('10.0.0.1/8'), cidr('10.77.0.1/20'))).toBe(true);
    expect(overlap(cidr('10.77.0.1/20'), cidr('10.77.16.1/20'))).toBe(false);
    expect(overlap(cidr('::1/0'), cidr('10.0.0.1/8'))).toBe(false);
    expect(
      ['10.0.0.0/24', '10.0.0.255/24', '0.0.0.1/24', '224.0.0.1/24', '127.0.0.1/8', '::/64', 'ff02::1/64'].filter((text) => isHostAddress(cidr(text))),
    ).toEqual([]);
    expect(['10.0.0.1/24', '10.0.0.1/32', 'fd00::1/64'].every((text) => isHostAddress(cidr(text)))).toBe(true);
    for (const text of ['10.0.0.1', '10.0.0.1/33', '10.0.0.1/-1', '10.0.0.1/024', '10.0.0.1/24/1', '::1/129']) expect(parseCidr(text)).toBeUndefined();
  });

  it('makes the link-local address of a card', () => {
    expect(linkLocalOf('02:00:00:00:01:00')).toBe('fe80::ff:fe00:100');
    expect(linkLocalOf('8e:37:24:be:56:83')).toBe('fe80::8c37:24ff:febe:5683');
    expect(linkLocalOf('8e:37:24:be:56')).toBeUndefined();
  });
});
