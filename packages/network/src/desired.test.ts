import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetworkState, withKeptSecrets, withoutSecrets } from './desired.ts';
import { accessPointPassphrase, everything, meshPassphrase, problemsOf, state } from './state.fixture.ts';

const smallest = { version: 1, country: 'DE' };
const mesh = { id: 'mill-lane', passphrase: meshPassphrase };
const ap = { ssid: 'Mill Lane', passphrase: accessPointPassphrase };
const peer = { publicKey: 'TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=', allowedIps: ['10.60.0.1/32'] };

describe('the desired state', () => {
  it('needs a country and nothing else', () => {
    expect(state(smallest)).toMatchObject({ lan: ['eth0'], uplink: { kind: 'none' }, gateway: { mode: 'off' }, ssh: false, wireguard: [] });
    expect(problemsOf({ version: 1 })).toEqual([expect.stringMatching(/^country: .*"DE"\.$/)]);
  });

  it('has defaults that suit a Pi with one USB adapter', () => {
    expect(state({ ...smallest, mesh, ap })).toMatchObject({
      mesh: { interface: 'mesh0', channel: 6, batman: { interface: 'bat0', algorithm: 'BATMAN_IV', bridgeLoopAvoidance: false, originatorIntervalMs: 1000 } },
      ap: { interface: 'ap0', profile: 'wpa2-built-in', channel: 1, address: '192.168.77.1/24', portal: true, clientsMax: 7 },
    });
  });

  it('takes a gateway with everything', () => expect(problemsOf(everything)).toEqual([]));

  it.each<[string, unknown, RegExp]>([
    ['a country that is none', { ...smallest, country: 'XX' }, /^country: /],
    ['the world as a country', { ...smallest, country: '00' }, /^country: /],
    ['a newline in an SSID', { ...smallest, ap: { ...ap, ssid: 'a\nignore_broadcast_ssid=1' } }, /^ap\.ssid: .*control character/],
    ['an SSID of 33 bytes', { ...smallest, ap: { ...ap, ssid: 'ü'.repeat(17) } }, /^ap\.ssid: .*1 to 32 bytes/],
    ['an empty mesh id', { ...smallest, mesh: { ...mesh, id: '' } }, /^mesh\.id: /],
    ['a short passphrase', { ...smallest, mesh: { ...mesh, passphrase: 'short' } }, /^mesh\.passphrase: .*12/],
    ['a passphrase with an umlaut', { ...smallest, mesh: { ...mesh, passphrase: 'lantern-örchard' } }, /^mesh\.passphrase: .*ASCII/],
    ['channel 12 in America', { ...smallest, country: 'US', mesh: { ...mesh, channel: 12 } }, /^mesh\.channel: .*not open.*US.*Use one of/],
    ['channel 14', { ...smallest, mesh: { ...mesh, channel: 14 } }, /^mesh\.channel: /],
    ['a channel with radar detection', { ...smallest, mesh: { ...mesh, channel: 100 } }, /^mesh\.channel: /],
    ['channels that overlap', { ...smallest, mesh, ap: { ...ap, channel: 4 } }, /^ap\.channel: overlaps/],
    ['mesh and access point on one adapter', { ...smallest, mesh, ap: { ...ap, interface: 'mesh0' } }, /^ap\.interface: mesh0 is used for the mesh already/],
    ['the mesh adapter as part of the LAN', { ...smallest, mesh, lan: ['mesh0'] }, /^lan\.0: /],
    ['an interface with a slash', { ...smallest, mesh: { ...mesh, interface: '../x' } }, /^mesh\.interface: /],
    ['an interface with a quote', { ...smallest, lan: ['eth0"'] }, /^lan\.0: /],
    ['the loopback', { ...smallest, lan: ['lo'] }, /^lan\.0: /],
    ['an address of a network', { ...smallest, ap: { ...ap, address: '192.168.77.0/24' } }, /^ap\.address: /],
    ['a subnet too small for DHCP', { ...smallest, ap: { ...ap, address: '192.168.77.1/30' } }, /^ap\.address: .*room/],
    ['octal digits in an address', { ...smallest, ap: { ...ap, address: '192.168.077.1/24' } }, /^ap\.address: /],
    [
      'overlapping subnets',
      { ...smallest, ap, wireguard: [{ name: 'wg-up', address: '192.168.77.9/32', peers: [] }] },
      /^wireguard\.0\.address: overlaps with the subnet of the access point/,
    ],
    [
      'a router outside of its subnet',
      { ...smallest, uplink: { kind: 'ethernet', ipv4: { address: '192.168.1.2/24', gateway: '192.168.2.1' } } },
      /^uplink\.ipv4\.gateway: /,
    ],
    [
      'a WireGuard key of 31 bytes',
      { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [{ ...peer, publicKey: 'A'.repeat(42) }] }] },
      /publicKey: /,
    ],
    [
      'a WireGuard key with loose bits',
      { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [{ ...peer, publicKey: `${'A'.repeat(42)}B=` }] }] },
      /publicKey: /,
    ],
    [
      'an endpoint with a space',
      { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [{ ...peer, endpoint: 'hub example:1' }] }] },
      /endpoint: /,
    ],
    [
      'an endpoint that is nearly an address',
      { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [{ ...peer, endpoint: '10.0.0.256:1' }] }] },
      /endpoint: /,
    ],
    [
      'allowed addresses twice',
      { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [peer, { ...peer, publicKey: `${'A'.repeat(42)}A=` }] }] },
      /belongs to two peers/,
    ],
    ['65 peers', { ...smallest, wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: Array(65).fill(peer) }] }, /^wireguard\.0\.peers: /],
    ['a gateway without uplink', { ...smallest, mesh, gateway: { mode: 'server', hubs: [{ address: '203.0.113.7', port: 1 }] } }, /^gateway\.mode: .*uplink/],
    ['a gateway without hubs', { ...smallest, mesh, uplink: { kind: 'ethernet' }, gateway: { mode: 'server' } }, /^gateway\.hubs: /],
    ['a client without mesh', { ...smallest, gateway: { mode: 'client' } }, /^gateway\.mode: .*mesh/],
    ['ssh from nowhere', { ...smallest, ssh: true, lan: [] }, /^ssh: /],
    ['a key that is unknown', { ...smallest, meshes: [] }, /not known: meshes/],
    [
      'two names for one adapter',
      {
        ...smallest,
        names: [
          { name: 'a', mac: '00:c0:ca:12:34:56' },
          { name: 'b', mac: '00:c0:ca:12:34:56' },
        ],
      },
      /^names\.1\.mac: /,
    ],
    ['no object', 'x', /^\(the whole\): /],
  ])('refuses %s', (_, input, expected) => expect(problemsOf(input).join('\n')).toMatch(expected));

  it('names every problem, never a passphrase, at most 32', () => {
    const text = problemsOf({
      ...smallest,
      mesh: { ...mesh, passphrase: 'hunter2' },
      ap: { ...ap, passphrase: 'tr0ub\u0000dor&3-and-more', channel: 99 },
      lan: Array(40).fill('UPPER'),
    });
    expect(text.length).toBeLessThanOrEqual(32);
    expect(text.join()).not.toMatch(/hunter2|tr0ub/);
  });

  it('never throws, whatever is given', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => typeof parseNetworkState(value).ok === 'boolean'));
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(1),
          country: fc.constant('DE'),
          mesh: fc.anything(),
          ap: fc.anything(),
          uplink: fc.anything(),
          wireguard: fc.anything(),
          gateway: fc.anything(),
        }),
        (value) => typeof parseNetworkState(value).ok === 'boolean',
      ),
    );
  });

  it('keeps a passphrase that is left out, as long as the name stays', () => {
    const before = state({ ...smallest, mesh, ap });
    const withoutPassphrase = { ...smallest, mesh: { id: mesh.id, channel: 11 }, ap: { ssid: ap.ssid } };
    expect(state(withKeptSecrets(withoutPassphrase, before))).toMatchObject({
      mesh: { channel: 11, passphrase: meshPassphrase },
      ap: { passphrase: accessPointPassphrase },
    });
    expect(problemsOf(withKeptSecrets({ ...smallest, mesh: { id: 'other' } }, before)).join()).toMatch(/^mesh\.passphrase/);
    expect(problemsOf(withKeptSecrets(withoutPassphrase, undefined))).toHaveLength(2);
    for (const odd of [null, 1, [], 'x']) expect(withKeptSecrets(odd, before)).toBe(odd);
  });

  it('is shown without passphrases', () => {
    const shown = JSON.stringify(withoutSecrets(state({ ...smallest, mesh, ap, uplink: { kind: 'wifi', ssid: 'Home', passphrase: 'over-the-hills' } })));
    expect(shown).not.toMatch(new RegExp(`${meshPassphrase}|${accessPointPassphrase}|over-the-hills`));
    expect(shown).toContain('Mill Lane');
  });
});
