import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { Daemon, run } from './run.ts';

/** A WiFi client in a namespace of its own, with one radio of mac80211_hwsim: a phone, or, with WPA2 and no protected management frames, an ESP32 of older firmware. */
export class Station {
  readonly namespace: string;
  readonly wlan: string;
  readonly #dir: string;
  readonly #radio: number;
  #supplicant: Daemon | undefined;
  #dhcp: Daemon | undefined;

  constructor(namespace: string, radio: number, dir: string) {
    this.namespace = namespace;
    this.wlan = `wlan${radio}`;
    this.#radio = radio;
    this.#dir = dir;
  }

  get through(): readonly ['ip', 'netns', 'exec', string] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  inside(...argv: readonly [string, ...string[]]): Promise<string> {
    return run(...this.through, ...argv);
  }

  async create(): Promise<void> {
    await run('ip', 'netns', 'add', this.namespace);
    await run('ip', '-n', this.namespace, 'link', 'set', 'lo', 'up');
    await run('iw', 'phy', `phy${this.#radio}`, 'set', 'netns', 'name', this.namespace);
  }

  /** Associates and gets an address. Resolves with what wpa_supplicant says of the association, and the address. */
  async join(ssid: string, passphrase: string, key: 'WPA-PSK' | 'SAE', msMax: number): Promise<{ readonly keyManagement: string; readonly address: string }> {
    const control = `/run/station-${this.namespace}`;
    const file = `/run/station-${this.namespace}.conf`;
    const secret = key === 'SAE' ? `sae_password="${passphrase}"\n  ieee80211w=2` : `psk="${passphrase}"\n  ieee80211w=0`;
    writeFileSync(file, `ctrl_interface=${control}\ncountry=DE\nsae_pwe=2\nnetwork={\n  ssid="${ssid}"\n  key_mgmt=${key}\n  ${secret}\n}\n`, { mode: 0o600 });
    const log = join(this.#dir, `station-${this.namespace}.log`);
    this.#supplicant = new Daemon(log, ...this.through, 'wpa_supplicant', '-t', '-D', 'nl80211', '-i', this.wlan, '-c', file);
    const status = async (): Promise<string> => this.inside('wpa_cli', '-p', control, '-i', this.wlan, 'status').catch(() => '');
    await until(`${this.namespace} to associate`, msMax, async () => (await status()).includes('wpa_state=COMPLETED'));
    const script = `/run/station-${this.namespace}.sh`;
    writeFileSync(
      script,
      `#!/bin/sh\n[ "$1" = bound ] || exit 0\nip address replace $ip/$mask dev $interface\n[ -z "$router" ] || ip route replace default via $router\n`,
      { mode: 0o700 },
    );
    this.#dhcp = new Daemon(log, ...this.through, 'busybox', 'udhcpc', '-f', '-i', this.wlan, '-t', '10', '-s', script);
    let address = '';
    await until(`${this.namespace} to get a lease`, msMax, async () => {
      address = /inet ([\d.]+)\//.exec(await this.inside('ip', '-4', 'address', 'show', 'dev', this.wlan))?.[1] ?? '';
      return address !== '';
    });
    return { keyManagement: /^key_mgmt=(.*)$/m.exec(await status())?.[1] ?? '', address };
  }

  async leave(): Promise<void> {
    await this.#dhcp?.stop();
    await this.#supplicant?.stop();
    await this.inside('ip', 'address', 'flush', 'dev', this.wlan);
  }
}
