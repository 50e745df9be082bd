import { chmodSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStatus, statusPath } from '@energymesh/network';
import { describe, expect, it } from 'vitest';
import { apply, FakeMachine, newState, oldState } from './machine.fixture.ts';
import { paths } from './paths.ts';

const status = (pi: FakeMachine) => parseStatus(pi.disk.read(statusPath) ?? '');
const confirm = { version: 1, kind: 'confirm', id: 'change-1' } as const;
const revert = { version: 1, kind: 'revert', id: 'change-1' } as const;

function confirmed(state: unknown): FakeMachine {
  const pi = new FakeMachine();
  const outcome = pi.helper().adopt(state);
  if (outcome.result !== 'confirmed') throw new Error(outcome.reason);
  pi.changes.length = 0;
  return pi;
}

describe('a change', () => {
  it('comes into force, waits, and stays when it is confirmed', () => {
    using pi = confirmed(oldState);
    expect(pi.helper().handle(apply(newState))).toMatchObject({ id: 'change-1', result: 'waiting' });
    expect(status(pi)).toMatchObject({
      phase: 'waiting',
      waiting: { id: 'change-1', deadlineUptimeSeconds: 1120 },
      state: { country: 'AT' },
      wireguard: [{ name: 'wg-up' }],
    });
    expect(pi.disk.read(paths.deadline)).toBe('1120\n');
    expect([...pi.running.keys()].sort()).toEqual([
      'energymesh-ap@ap0.service',
      'energymesh-batman@mesh7.service',
      'energymesh-dhcp@ap0.service',
      'energymesh-firewall.service',
      'energymesh-mesh@mesh7.service',
      'energymesh-netd-revert.timer',
      'energymesh-wireguard@wg-up.service',
    ]);
    const inForce = pi.host();
    expect(pi.helper().handle(confirm).result).toBe('confirmed');
    expect(pi.host()).toEqual(inForce);
    expect(pi.running.has('energymesh-netd-revert.timer')).toBe(false);
    expect(status(pi)).toMatchObject({
      phase: 'confirmed',
      recent: [{ result: 'confirmed' }, { result: 'waiting' }, { result: 'confirmed' }, { result: 'waiting' }],
    });
    expect(pi.disk.list(paths.generations)).toEqual(['2']);
  });

  it('enables units until the next start only, where the system is read-only', () => {
    using pi = new FakeMachine();
    for (const verb of ['enable', 'disable']) pi.broken.add(`systemctl ${verb} --quiet energymesh`);
    expect(pi.helper().adopt(oldState).result).toBe('confirmed');
    expect(pi.changes.filter((line) => line.startsWith('systemctl enable --quiet --runtime energymesh-firewall.service'))).toHaveLength(1);
    expect(pi.enabled.has('energymesh-firewall.service')).toBe(true);
  });

  it('turns radios on where NetworkManager was told to keep them off, before it goes up by WiFi', () => {
    using pi = new FakeMachine();
    const uplink = { kind: 'wifi', interface: 'wlan9', ssid: 'Mill Street', passphrase: 'lantern-orchard-7421' };
    pi.helper().handle(apply({ ...oldState, uplink }));
    const said = pi.changes.filter((line) => line.startsWith('nmcli') && !line.includes('reload'));
    expect(said).toEqual(['nmcli radio wifi on', 'nmcli --wait 45 connection up energymesh-uplink']);
  });

  it('goes back when nobody confirms it, and not before', () => {
    using pi = confirmed(oldState);
    const before = pi.host();
    pi.helper().handle(apply(newState));
    pi.clock = 1119;
    expect(pi.helper().revertIfDue()).toBeUndefined();
    pi.clock = 1120;
    expect(pi.helper().revertIfDue()).toMatchObject({ id: 'change-1', result: 'reverted' });
    expect(pi.host()).toEqual(before);
    expect(pi.adapters.map(({ name }) => name)).toEqual(['eth0', 'ap0', 'mesh0']);
    expect(status(pi)).toMatchObject({ phase: 'confirmed', state: { country: 'DE' } });
    expect(pi.helper().handle(confirm)).toMatchObject({ result: 'refused' });
  });

  it('goes back when that is asked for, touching only what differs', () => {
    using pi = confirmed(oldState);
    const before = pi.host();
    pi.helper().handle(apply({ ...oldState, ap: { ...oldState.ap, channel: 6 } }));
    expect(pi.changes).toEqual(['systemctl restart energymesh-netd-revert.timer', 'systemctl restart energymesh-ap@ap0.service']);
    pi.changes.length = 0;
    expect(pi.helper().handle(revert).result).toBe('reverted');
    expect(pi.changes).toEqual(['systemctl restart energymesh-ap@ap0.service', 'systemctl stop energymesh-netd-revert.timer']);
    expect(pi.host()).toEqual(before);
  });

  it('goes back at the next boot', () => {
    using pi = confirmed(oldState);
    const before = pi.host();
    pi.helper().handle(apply(newState));
    pi.powerCut();
    expect(pi.helper().boot()).toMatchObject({ id: 'change-1', result: 'reverted' });
    expect(pi.host()).toEqual(before);
  });

  it('goes back at once when it does not work', () => {
    using pi = confirmed(oldState);
    const before = pi.host();
    pi.broken.add('systemctl restart energymesh-mesh@mesh7.service');
    const outcome = pi.helper().handle(apply(newState));
    expect(outcome).toMatchObject({ result: 'failed' });
    expect(outcome.reason).toMatch(/energymesh-mesh@mesh7.service: systemctl: broken.*The state before is in force again/);
    expect(pi.host()).toEqual(before);
    expect(status(pi)?.phase).toBe('confirmed');
  });

  it('goes back to nothing when there was nothing', () => {
    using pi = new FakeMachine();
    const before = pi.host();
    pi.helper().handle(apply(newState));
    expect(pi.helper().handle(revert).result).toBe('reverted');
    expect(pi.host()).toMatchObject({ ...(before as object), country: 'AT', kernel: expect.any(String) });
    expect(status(pi)?.phase).toBe('unconfigured');
  });

  it('changes nothing when it is in force already', () => {
    using pi = confirmed(newState);
    expect(pi.helper().handle(apply(newState)).result).toBe('unchanged');
    expect(pi.changes).toEqual([]);
  });

  it('is refused while another one waits', () => {
    using pi = confirmed(oldState);
    pi.helper().handle(apply(newState));
    const before = pi.host();
    expect(pi.helper().handle(apply(oldState, 'change-2'))).toMatchObject({ id: 'change-2', result: 'refused', reason: expect.stringContaining('change-1') });
    expect(pi.helper().handle({ ...confirm, id: 'change-2' }).result).toBe('refused');
    expect(pi.host()).toEqual(before);
  });

  it.each<[string, unknown, (pi: FakeMachine) => void, RegExp]>([
    ['the adapter is not plugged in', { ...newState, names: [], mesh: { ...newState.mesh, interface: 'mesh1' } }, () => {}, /no interface mesh1: plug/],
    [
      'the adapter to be named is not plugged in',
      { ...newState, names: [{ name: 'mesh7', mac: '00:c0:ca:00:00:04' }] },
      () => {},
      /no adapter 00:c0:ca:00:00:04/,
    ],
    ['nft refuses the rules', newState, (pi) => pi.broken.add('nft'), /firewall/],
    ['the timer cannot be started', newState, (pi) => pi.broken.add('systemctl restart energymesh-netd-revert'), /nothing was changed/],
    ['the state is not valid', { ...newState, country: 'nowhere' }, () => {}, /^country: /],
  ])('changes nothing when %s', (_, state, prepare, reason) => {
    using pi = confirmed(oldState);
    const before = pi.host();
    prepare(pi);
    expect(pi.helper().handle(apply(state)).reason).toMatch(reason);
    expect(pi.host()).toEqual(before);
    expect(pi.disk.list(paths.generations)).toEqual(['1']);
  });

  it('keeps a passphrase that the request leaves out', () => {
    using pi = confirmed(oldState);
    expect(pi.helper().handle(apply({ ...oldState, ap: { ssid: 'Mill Lane', channel: 11 } })).result).toBe('waiting');
    expect(pi.running.get('energymesh-ap@ap0.service')).toContain(oldState.ap.passphrase);
  });
});

describe('what is told and kept', () => {
  it('holds no passphrase and no private key; what holds one is for root alone', () => {
    using pi = confirmed(newState);
    const key = pi.disk.read(`${paths.keys}/wg-up.key`)?.trim() ?? '';
    expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(pi.disk.read(statusPath)).not.toMatch(/kettle-harbour|lantern-orchard/);
    expect(pi.disk.read(statusPath)).not.toContain(key);
    expect([paths.journal, `${paths.keys}/wg-up.key`, `${paths.generations}/1/manifest.json`].map((path) => pi.disk.modeOf(path))).toEqual([
      0o600, 0o600, 0o600,
    ]);
    expect([paths.store, paths.generations, paths.keys, `${paths.generations}/1`].map((path) => lstatSync(pi.disk.at(path)).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700, 0o700,
    ]);
    expect(JSON.stringify(pi.changes)).not.toContain(key);
  });

  it('keeps a tunnel’s key over changes', () => {
    using pi = confirmed(newState);
    const key = status(pi)?.wireguard[0]?.publicKey;
    pi.helper().handle(apply(oldState));
    pi.helper().handle(revert);
    expect(status(pi)?.wireguard).toEqual([{ name: 'wg-up', publicKey: key }]);
  });
});

describe('a client of a gateway', () => {
  const client = { ...newState, gateway: { mode: 'client' } };
  const asks = 'nmcli --wait 0 connection up energymesh-mesh';

  it('asks for an address once NetworkManager knows how, and does not wait for one', () => {
    using pi = confirmed(newState);
    expect(pi.helper().handle(apply(client)).result).toBe('waiting');
    expect(pi.changes).toContain(asks);
    expect(pi.changes.indexOf(asks)).toBeGreaterThan(pi.changes.indexOf('nmcli connection reload'));
  });

  it('goes back where NetworkManager does not do that', () => {
    using pi = confirmed(newState);
    const before = pi.host();
    pi.broken.add(asks);
    expect(pi.helper().handle(apply(client))).toMatchObject({ result: 'failed', reason: expect.stringContaining('does not ask the gateways') });
    expect(pi.host()).toEqual(before);
  });
});

describe('a boot', () => {
  it('brings the confirmed state into force on a machine where nothing runs', () => {
    using pi = confirmed(newState);
    const before = pi.host();
    pi.powerCut();
    expect(pi.helper().boot()).toBeUndefined();
    expect(pi.host()).toEqual(before);
    // It comes before NetworkManager and before the units: it waits for none of them.
    expect(pi.changes.filter((line) => /nmcli|systemctl (restart|stop) energymesh-(mesh|ap)/.test(line))).toEqual([]);
  });

  it('takes the first state over from a file of root, once', () => {
    using pi = new FakeMachine();
    pi.disk.makeFolder('/etc/energymesh', 0o755);
    pi.disk.write(paths.initial, JSON.stringify(oldState), 0o600);
    pi.helper().boot();
    expect(status(pi)).toMatchObject({ phase: 'confirmed', state: { ap: { ssid: 'Mill Lane' } } });
    pi.disk.write(paths.initial, JSON.stringify(newState), 0o600);
    pi.helper().boot();
    expect(status(pi)?.state?.country).toBe('DE');
  });

  it('does not take a first state that others may write, or that is not valid', () => {
    using pi = new FakeMachine();
    pi.disk.makeFolder('/etc/energymesh', 0o755);
    writeFileSync(join(pi.root, paths.initial), JSON.stringify(oldState));
    chmodSync(join(pi.root, paths.initial), 0o666);
    pi.helper().boot();
    expect(status(pi)?.phase).toBe('unconfigured');
    pi.disk.write(paths.initial, '{"version":1}', 0o600);
    expect(pi.helper().boot()).toMatchObject({ result: 'refused', reason: expect.stringContaining('country') });
  });

  it('renders the confirmed state anew when this version writes other files of it', () => {
    using pi = confirmed(oldState);
    const manifest = `${paths.generations}/1/manifest.json`;
    pi.disk.write(manifest, (pi.disk.read(manifest) ?? '').replace('Devices do not reach each other.', 'An older comment.'), 0o600);
    const before = pi.host();
    pi.powerCut();
    pi.helper().boot();
    expect(pi.disk.list(paths.generations)).toEqual(['2']);
    expect(pi.host()).not.toEqual(before);
    expect(pi.running.get('energymesh-ap@ap0.service')).toContain('Devices do not reach each other.');
  });
});
