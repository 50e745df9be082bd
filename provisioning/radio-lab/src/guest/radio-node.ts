import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkStateInput } from '@energymesh/network';
import { macOf } from './air.ts';
import { NetworkFiles } from './network-files.ts';
import { Daemon, run } from './run.ts';

export interface MeshSettings {
  readonly id: string;
  /** Undefined: an open mesh, without any encryption. */
  readonly password: string | undefined;
}

/** The community's mesh in every scenario. */
export const labMesh: MeshSettings = { id: 'energymesh-lab', password: 'three herons by the weir' };

/** A node's radio side: a network namespace with one radio of mac80211_hwsim, wpa_supplicant and batman-adv. */
export class RadioNode {
  readonly index: number;
  readonly namespace: string;
  readonly wlan: string;
  readonly mac: string;
  /** On bat0. */
  readonly address: string;
  readonly #dir: string;
  #supplicant: Daemon | undefined;

  constructor(index: number, dir: string) {
    this.index = index;
    this.namespace = `n${index}`;
    this.wlan = `wlan${index}`;
    this.mac = macOf(index);
    this.address = `10.50.0.${index + 1}`;
    this.#dir = dir;
  }

  get through(): readonly ['ip', 'netns', 'exec', string] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  /** Of wpa_supplicant; its lines name peers and refusals. */
  get supplicantLog(): string {
    return join(this.#dir, `wpa_supplicant-${this.namespace}.log`);
  }

  /** Runs a program in the namespace. */
  inside(...argv: readonly [string, ...string[]]): Promise<string> {
    return run(...this.through, ...argv);
  }

  /** The namespace with its radio in it. */
  async create(): Promise<void> {
    await run('ip', 'netns', 'add', this.namespace);
    await run('ip', '-n', this.namespace, 'link', 'set', 'lo', 'up');
    await run('iw', 'phy', `phy${this.index}`, 'set', 'netns', 'name', this.namespace);
  }

  /** The desired state of a node with this radio as its mesh adapter. */
  state(mesh: MeshSettings, more: Omit<NetworkStateInput, 'version' | 'country' | 'mesh'> = {}): NetworkStateInput {
    return { version: 1, country: 'DE', mesh: { interface: this.wlan, id: mesh.id, passphrase: mesh.password ?? '' }, lan: [], ...more };
  }

  /** Joins the 802.11s mesh with wpa_supplicant's file as a node has it, and puts batman-adv on it as a node does. */
  async joinMesh(mesh: MeshSettings = labMesh): Promise<void> {
    const { password } = mesh;
    let file = join(this.#dir, `open-${this.namespace}.conf`);
    if (password === undefined) writeFileSync(file, openMesh(mesh.id));
    else file = new NetworkFiles(this.namespace, this.state(mesh)).path(`wpa_supplicant-${this.wlan}.conf`);
    this.#supplicant = new Daemon(this.supplicantLog, ...this.through, 'wpa_supplicant', '-t', '-D', 'nl80211', '-i', this.wlan, '-c', file);
    const ip = (...args: string[]): Promise<string> => run('ip', '-n', this.namespace, ...args);
    await ip('link', 'add', 'bat0', 'type', 'batadv');
    // Only needed where bat0 is bridged with another backbone, and half a minute without traffic at every start.
    await this.inside('batctl', 'meshif', 'bat0', 'bridge_loop_avoidance', '0');
    await ip('link', 'set', this.wlan, 'mtu', '1532');
    await ip('link', 'set', this.wlan, 'master', 'bat0');
    await ip('address', 'add', `${this.address}/24`, 'dev', 'bat0');
    await ip('link', 'set', 'bat0', 'up');
  }

  /** Idempotent. */
  async leaveMesh(): Promise<void> {
    if (!this.#supplicant) return;
    await this.#supplicant.stop();
    this.#supplicant = undefined;
    await run('ip', '-n', this.namespace, 'link', 'del', 'bat0');
    await run('ip', '-n', this.namespace, 'link', 'set', this.wlan, 'down');
  }

  /** 802.11s holds an established peering with that radio. One whose peer went silent stays listed for up to five minutes. */
  async peeredWith(other: RadioNode): Promise<boolean> {
    return (await this.peerings()).get(other.mac) === 'ESTAB';
  }

  /** State of the peering with each radio that is known. */
  async peerings(): Promise<ReadonlyMap<string, string>> {
    return readPeerings(await this.inside('iw', 'dev', this.wlan, 'station', 'dump'));
  }

  async pings(address: string, secondsMax = 1): Promise<boolean> {
    return this.inside('ping', '-c', '1', '-W', String(secondsMax), address).then(
      () => true,
      () => false,
    );
  }

  /** The radio to which batman-adv hands what is for `other`; undefined when it knows no way. */
  async nextHopTo(other: RadioNode): Promise<string | undefined> {
    const rows = JSON.parse(await this.inside('batctl', 'meshif', 'bat0', 'originators_json')) as readonly {
      orig_address: string;
      neigh_address: string;
      best?: boolean;
    }[];
    return rows.find((row) => row.best && row.orig_address === other.mac)?.neigh_address;
  }
}

/** Of `iw dev X station dump`: address of the peer to the state of its peering. */
export function readPeerings(dump: string): Map<string, string> {
  const found = new Map<string, string>();
  let mac = '';
  for (const line of dump.split('\n')) {
    mac = /^Station ([0-9a-f:]{17}) /.exec(line)?.[1] ?? mac;
    const state = /^\s*mesh plink:\s*(\S+)/.exec(line)?.[1];
    if (mac && state) found.set(mac, state);
  }
  return found;
}

/** No node has such a file: for controls only. */
const openMesh = (id: string): string =>
  `user_mpm=1\ncountry=DE\nnetwork={\n  ssid="${id}"\n  mode=5\n  frequency=2437\n  key_mgmt=NONE\n  mesh_fwding=0\n  no_auto_peer=0\n}\n`;
