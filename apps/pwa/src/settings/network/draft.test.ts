import { describe, expect, it } from 'vitest';
import { differences, draftOf, withPart } from './draft.ts';

const inForce = {
  version: 1,
  country: 'DE',
  mesh: { id: 'mill-lane', passphrase: 'set', channel: 6, batman: { algorithm: 'BATMAN_IV' } },
  ap: { ssid: 'EnergyMesh Mill Lane', passphrase: 'set', channel: 1, hidden: false, portal: true },
  uplink: { kind: 'wifi', ssid: 'Lindgren', passphrase: 'set', ipv4: 'dhcp' },
  wireguard: [],
  ssh: false,
};

describe('a draft', () => {
  it('keeps what the form does not know, and leaves out passphrases that are in force', () => {
    expect(draftOf(inForce)).toEqual({
      ...inForce,
      mesh: { id: 'mill-lane', channel: 6, batman: { algorithm: 'BATMAN_IV' } },
      ap: { ssid: 'EnergyMesh Mill Lane', channel: 1, hidden: false, portal: true },
      uplink: { kind: 'wifi', ssid: 'Lindgren', ipv4: 'dhcp' },
    });
    expect(draftOf(undefined)).toEqual({ version: 1 });
  });

  it('without a part does not have it', () => {
    expect(withPart(draftOf(inForce), { mesh: undefined })).not.toHaveProperty('mesh');
  });
});

describe('what is different', () => {
  const after = (changes: Parameters<typeof withPart>[1]) => differences(inForce, withPart(draftOf(inForce), changes));

  it('is nothing when nothing was changed', () => {
    expect(after({})).toEqual([]);
  });

  it('names what was and what will be, never a passphrase', () => {
    const rows = after({ mesh: { id: 'mill-lane', passphrase: 'lantern-orchard-7421', channel: 11 }, uplink: { kind: 'ethernet', ipv4: 'dhcp' } });
    expect(rows.map(({ label, before, after: then }) => [label, before, then])).toEqual([
      ['Mesh passphrase', 'the old one', 'a new one'],
      ['Mesh channel', '6', '11'],
      ['Way to the internet', 'by Wi-Fi, Lindgren', 'by cable'],
    ]);
    expect(JSON.stringify(rows)).not.toContain('lantern');
  });

  it('of a fixed address, a hidden name and a tunnel', () => {
    const peers = [{ publicKey: 'TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=', endpoint: 'hub.example:51820', allowedIps: ['10.60.0.1/32'] }];
    const rows = after({
      ap: { ...draftOf(inForce).ap, hidden: true },
      uplink: { ...draftOf(inForce).uplink, ipv4: { address: '192.168.1.20/24', gateway: '192.168.1.1', dns: [] } },
      wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers }],
    });
    expect(rows.map(({ label, after: then }) => [label, then])).toEqual([
      ['Its name', 'hidden'],
      ['Address', '192.168.1.20/24, 192.168.1.1'],
      ['Tunnel wg-up', '10.60.0.4/24, to hub.example:51820 (10.60.0.1/32)'],
    ]);
  });

  it('of a first network is all of it', () => {
    expect(differences(undefined, { version: 1, country: 'DE', uplink: { kind: 'ethernet' } }).map(({ label }) => label)).toEqual([
      'Country',
      'Way to the internet',
      'Address',
    ]);
  });
});
