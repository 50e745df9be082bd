import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Disk, isAbsent } from './disk.ts';
import { Helper } from './helper.ts';
import { paths } from './paths.ts';
import type { Ran, System } from './system.ts';

/** Thrown at a step: the process, or the machine, ended there. */
export class Ended extends Error {}

interface Adapter {
  name: string;
  readonly mac: string;
}

/** As the units name them. */
const unitFiles: Readonly<Record<string, (instance: string) => readonly string[]>> = {
  firewall: () => ['nftables.conf'],
  mesh: (name) => [`wpa_supplicant-${name}.conf`],
  batman: (name) => [`batman-${name}.env`],
  ap: (name) => [`hostapd-${name}.conf`, `ap-${name}.env`],
  dhcp: (name) => [`dnsmasq-${name}.conf`],
  wireguard: (name) => [`${name}.conf`, `${name}.env`],
};

/** A Pi in a folder: its files are real, its programs remember what they were told and what they read. */
export class FakeMachine implements System, Disposable {
  // In memory where that exists: every write is synced.
  readonly root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'energymesh-netd-'));
  readonly steps: string[] = [];
  /** Every command that may change something. */
  readonly changes: string[] = [];
  readonly enabled = new Set<string>();
  /** Unit -> what it read as it was started or reloaded. */
  readonly running = new Map<string, string>();
  readonly adapters: Adapter[] = [
    { name: 'eth0', mac: 'dc:a6:32:00:00:01' },
    { name: 'ap0', mac: 'dc:a6:32:00:00:02' },
    { name: 'mesh0', mac: '00:c0:ca:00:00:03' },
  ];
  country = '00';
  kernel = '';
  uplink = '';
  clock = 1000;
  boot = 1;
  /** Ends at this step. */
  endAt = Number.POSITIVE_INFINITY;
  /** Commands that fail, by their beginning. */
  readonly broken = new Set<string>();
  #count = 0;

  readonly disk = new Disk(this.root, (what) => this.#step(what));

  helper(): Helper {
    return new Helper(this, this.disk);
  }

  beginSteps(endAt = Number.POSITIVE_INFINITY): void {
    this.#count = 0;
    this.steps.length = 0;
    this.endAt = endAt;
  }

  #step(what: string): void {
    this.steps.push(what);
    if (++this.#count >= this.endAt) throw new Ended(what);
  }

  /** The machine starts anew: nothing runs, what is enabled is started by systemd as soon as the helper is done. */
  powerCut(): void {
    this.running.clear();
    this.boot++;
    this.clock = 20;
    this.country = '00';
    this.kernel = '';
    this.uplink = '';
    rmSync(join(this.root, 'run'), { recursive: true, force: true });
  }

  run([program, ...args]: readonly [string, ...string[]]): Ran {
    const line = [program, ...args].join(' ');
    const asking = /^(ip -j|iw dev|nft -c|systemctl is-active)/.test(line);
    if (!asking) {
      this.#step(line);
      this.changes.push(line);
    }
    if ([...this.broken].some((start) => line.startsWith(start))) return { code: 1, stdout: '', stderr: `${program}: broken` };
    return this.#answer(program, args, line);
  }

  #answer(program: string, args: readonly string[], line: string): Ran {
    const ok = (stdout = ''): Ran => ({ code: 0, stdout, stderr: '' });
    const no: Ran = { code: 3, stdout: '', stderr: '' };
    if (line === 'ip -j -d addr') return ok(JSON.stringify(this.#links()));
    if (program === 'iw' && args[0] === 'dev') return ok(this.#iwInfo(args[1] as string));
    if (program === 'iw') this.country = args[2] as string;
    else if (program === 'nft') this.#read(args[2] as string);
    else if (program === 'ip') this.#rename(args);
    else if (program.endsWith('systemd-sysctl')) this.kernel = this.#read(args[0] as string);
    else if (program === 'nmcli') this.uplink = args.includes('up') && args.includes('energymesh-uplink') ? this.#profile() : this.uplink;
    else if (program === 'systemctl') return this.#systemctl(args) ? ok() : no;
    else throw new Error(`no such program here: ${line}`);
    return ok();
  }

  #systemctl(args: readonly string[]): boolean {
    const [verb, ...names] = args.filter((arg) => !arg.startsWith('--'));
    for (const name of names) {
      if (verb === 'is-active') return name === 'NetworkManager.service' || this.running.has(name);
      if (verb === 'enable') this.enabled.add(name);
      else if (verb === 'disable') this.enabled.delete(name);
      else if (verb === 'stop') this.running.delete(name);
      else if (verb === 'restart' || verb === 'reload-or-restart') this.running.set(name, this.#config(name));
      else throw new Error(`no such verb here: ${verb}`);
    }
    return true;
  }

  /** What a unit reads: the files of the generation in force that carry its instance's name. */
  #config(unit: string): string {
    if (unit.endsWith('.timer')) return '';
    const [, kind = '', instance = ''] = /^energymesh-([a-z]+)(?:@(.*))?\.service$/.exec(unit) ?? [];
    const folder = this.disk.linkOf(paths.network);
    if (folder === undefined) throw new Error(`${unit} started without a generation`);
    const names = this.disk.list(folder).filter((name) => unitFiles[kind]?.(instance).includes(name));
    return names.map((name) => `${name}\n${this.disk.read(`${folder}/${name}`)}`).join('');
  }

  #read(path: string): string {
    const text = this.disk.read(path);
    if (text === undefined) throw new Error(`${path} is not there`);
    return text;
  }

  #profile(): string {
    return this.#read('/etc/NetworkManager/system-connections/energymesh-uplink.nmconnection');
  }

  #rename(args: readonly string[]): void {
    const adapter = this.adapters.find(({ name }) => name === args[3]);
    if (adapter && args[4] === 'name') adapter.name = args[5] as string;
  }

  #links(): unknown[] {
    const address = (name: string, pattern: RegExp): unknown[] => {
      const found = pattern.exec(
        [...this.running]
          .filter(([unit]) => unit.includes(`@${name}.`))
          .map(([, text]) => text)
          .join(''),
      );
      return found ? [{ family: 'inet', local: found[1], prefixlen: Number(found[2]) }] : [];
    };
    const own = /^EM_ADDRESS=([\d.]+)\/(\d+)$/m;
    return [
      ...this.adapters.map(({ name, mac }) => ({
        ifname: name,
        address: mac,
        mtu: 1500,
        flags: ['UP'],
        addr_info: address(name, own),
        ...(this.running.has(`energymesh-batman@${name}.service`) && { master: 'bat0' }),
      })),
      { ifname: 'bat0', mtu: 1500, linkinfo: { info_kind: 'batadv' }, addr_info: address('mesh0', own) },
      ...['wg-up', 'wg-mesh'].map((name) => ({ ifname: name, mtu: 1420, linkinfo: { info_kind: 'wireguard' }, addr_info: address(name, own) })),
    ];
  }

  #iwInfo(name: string): string {
    const type = this.running.has(`energymesh-mesh@${name}.service`) ? 'mesh point' : this.running.has(`energymesh-ap@${name}.service`) ? 'AP' : 'managed';
    return `Interface ${name}\n\ttype ${type}\n`;
  }

  uptimeSeconds(): number {
    return this.clock;
  }

  bootId(): string {
    return `boot-${this.boot}`;
  }

  wait(seconds: number): void {
    this.clock += seconds;
  }

  /** Everything that is in force, without the numbers of generations. */
  host(): unknown {
    const files: Record<string, string> = {};
    const collect = (folder: string): void => {
      let names: string[];
      try {
        names = readdirSync(join(this.root, folder)).sort();
      } catch (error) {
        if (isAbsent(error)) return;
        throw error;
      }
      for (const name of names) {
        const path = `${folder}/${name}`;
        if (path === paths.network) continue;
        try {
          files[path] = readFileSync(join(this.root, path), 'utf8');
        } catch {
          collect(path);
        }
      }
    };
    collect('/etc');
    const folder = this.disk.linkOf(paths.network);
    const generation = folder === undefined ? undefined : this.disk.list(folder).map((name) => [name, this.disk.read(`${folder}/${name}`)]);
    const units = (names: Iterable<string>) => [...names].filter((name) => !name.endsWith('.timer')).sort();
    return {
      files,
      generation,
      enabled: units(this.enabled),
      running: units(this.running.keys()).map((name) => [name, this.running.get(name)]),
      country: this.country,
      kernel: this.kernel,
      adapters: this.adapters.map(({ name, mac }) => [mac, name]),
    };
  }

  makeRequests(): string {
    const folder = join(this.root, 'run/energymesh/requests');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const peer = { publicKey: 'TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=', endpoint: '203.0.113.9:51820', allowedIps: ['10.60.0.1/32'] };

/** As installed: an access point. */
export const oldState = { version: 1, country: 'DE', ap: { ssid: 'Mill Lane', passphrase: 'kettle-harbour-3390' } };
/** A gateway of a mesh, elsewhere, with adapters that change their names. */
export const newState = {
  version: 1,
  country: 'AT',
  names: [{ name: 'mesh7', mac: '00:c0:ca:00:00:03' }],
  mesh: { interface: 'mesh7', id: 'mill-lane', passphrase: 'lantern-orchard-7421' },
  ap: { ssid: 'Mill Lane 4', passphrase: 'kettle-harbour-3390', channel: 11 },
  uplink: { kind: 'ethernet' },
  wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [peer] }],
};
export const apply = (state: unknown, id = 'change-1') =>
  ({ version: 1, kind: 'apply', id, state: state as Record<string, unknown>, confirmWithinSeconds: 120 }) as const;
