import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, run } from './run.ts';

/** What leads on from the house: a cable to the hub. */
const wire = { house: '10.96.0.2', hub: '10.96.0.1' } as const;
const own = '10.95.0.1';

export interface HouseSettings {
  /** Index of its radio. */
  readonly radio: number;
  readonly ssid: string;
  readonly passphrase: string;
  /** What it leads to. */
  readonly hubAddress: string;
  readonly dir: string;
}

/** Somebody's WiFi router at home, in a namespace of its own: WPA2, DHCP, and the way to the hub. Nothing of ours is in it. */
export class House implements AsyncDisposable {
  readonly #settings: HouseSettings;
  readonly #daemons: readonly Daemon[];

  private constructor(settings: HouseSettings, daemons: readonly Daemon[]) {
    this.#settings = settings;
    this.#daemons = daemons;
  }

  static async open(settings: HouseSettings): Promise<House> {
    const { radio, ssid, passphrase, hubAddress, dir } = settings;
    const wlan = `wlan${radio}`;
    const through = ['ip', 'netns', 'exec', 'house'] as const;
    const house = (...args: string[]): Promise<string> => run('ip', '-n', 'house', ...args);
    await run('ip', 'netns', 'add', 'house');
    await run('iw', 'phy', `phy${radio}`, 'set', 'netns', 'name', 'house');
    await run('ip', 'link', 'add', 'eth9', 'netns', 'house', 'type', 'veth', 'peer', 'name', 'eth9', 'netns', 'hub');
    for (const [namespace, address] of [
      ['house', wire.house],
      ['hub', wire.hub],
    ] as const) {
      await run('ip', '-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth9');
      await run('ip', '-n', namespace, 'link', 'set', 'eth9', 'up');
    }
    await house('address', 'add', `${own}/24`, 'dev', wlan);
    await house('route', 'add', hubAddress, 'via', wire.hub);
    await run('ip', '-n', 'hub', 'route', 'add', '10.95.0.0/24', 'via', wire.house);
    await run(...through, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    const conf = '/run/house';
    mkdirSync(conf);
    writeFileSync(
      join(conf, 'hostapd.conf'),
      `interface=${wlan}\ndriver=nl80211\ncountry_code=DE\nssid=${ssid}\nhw_mode=g\nchannel=1\nwpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase=${passphrase}\n`,
      { mode: 0o600 },
    );
    const dhcp = ['--port=0', '--dhcp-range=10.95.0.10,10.95.0.50,1h', `--dhcp-leasefile=${conf}/leases`, '--no-ping'];
    return new House(settings, [
      new Daemon(join(dir, 'house-hostapd.log'), ...through, 'hostapd', '-t', join(conf, 'hostapd.conf')),
      new Daemon(
        join(dir, 'house-dnsmasq.log'),
        ...through,
        'dnsmasq',
        '--keep-in-foreground',
        '--user=root',
        '--conf-file=/dev/null',
        `--interface=${wlan}`,
        ...dhcp,
      ),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) await daemon.stop();
    await run('ip', '-n', 'house', 'link', 'del', 'eth9');
    await run('ip', '-n', 'house', 'link', 'set', `wlan${this.#settings.radio}`, 'down');
  }
}
