import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { type NetworkStateInput, type NetworkStatus, parseStatus } from '@energymesh/network';
import { Disk } from './disk.ts';
import type { RadioNode } from './radio-node.ts';
import { Daemon, run } from './run.ts';

const provisioning = '/repo/provisioning';
const startMsMax = 120_000;
/** Enabled by the package's postinst. */
const enabled = ['energymesh-netd-boot.service', 'energymesh-netd.path'];
/** Of Debian, and of no use in a namespace. */
const masked = [
  'console-getty.service',
  'getty@.service',
  'systemd-logind.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
];

/**
 * The system of a node as it is after an installation: systemd, NetworkManager, and the package's energymesh-netd with its units and scripts,
 * over a radio node's network namespace. /etc and /var are on a disk whose power can be cut; the rest of the root is the lab's, read only.
 * The agent runs beside it, in the same network namespace, and reaches the drop box in `shared`.
 */
export class InstalledNode implements AsyncDisposable {
  readonly radio: RadioNode;
  readonly #at: string;
  readonly #log: string;
  readonly #disk: Disk;
  #systemd: Daemon | undefined;
  /** Process 1 of the node, as this side numbers it. */
  #init = 0;

  private constructor(radio: RadioNode, at: string, log: string, disk: Disk) {
    this.radio = radio;
    this.#at = at;
    this.#log = log;
    this.#disk = disk;
  }

  /** Not started yet. `initial`: the network that it takes over at its first boot. */
  static async create(radio: RadioNode, dir: string, initial: NetworkStateInput): Promise<InstalledNode> {
    mkdirSync('/run/installed', { recursive: true });
    // A scenario may install a node that another one installed before.
    const at = mkdtempSync(`/run/installed/${radio.namespace}-`);
    for (const folder of ['root', 'product/lib', 'shared']) mkdirSync(join(at, folder), { recursive: true });
    mkdirSync(join(at, 'shared/requests'), { mode: 0o700 });
    const lib = join(at, 'product/lib');
    await run('cp', '-r', `${provisioning}/files/usr/lib/energymesh/.`, lib);
    symlinkSync(process.execPath, join(lib, 'node'));
    symlinkSync('/repo/apps/netd/dist', join(lib, 'netd'));
    for (const file of ['sbin/energymesh-netd', 'lib/NetworkManager/conf.d/50-energymesh.conf'])
      await run('cp', `${provisioning}/files/usr/${file}`, join(at, 'product/'));
    await run('cp', '-r', `${provisioning}/files/usr/lib/systemd/system`, join(at, 'product/'));
    const disk = await Disk.create(`${at}.img`, join(at, 'disk'));
    for (const name of ['etc', 'var']) await run('cp', '-a', `/${name}`, join(at, 'disk/'));
    const etc = join(at, 'disk/etc');
    writeFileSync(join(etc, 'machine-id'), `${String(radio.index).padStart(32, 'e')}\n`);
    writeFileSync(join(etc, 'hostname'), `${radio.namespace}\n`);
    const units = join(etc, 'systemd/system');
    for (const name of masked) await run('ln', '-sf', '/dev/null', join(units, name));
    mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true });
    for (const name of enabled) await run('ln', '-sf', `/usr/local/lib/systemd/system/${name}`, join(units, 'multi-user.target.wants', name));
    // The package's users, by which the units' files have their groups.
    await run('sh', '-c', `cat ${provisioning}/files/usr/lib/sysusers.d/*.conf | systemd-sysusers --root=${join(at, 'disk')} -`);
    // This kernel numbers fewer processes than Debian asks for.
    symlinkSync('/dev/null', join(etc, 'sysctl.d/50-pid-max.conf'));
    // By the package's tmpfiles.d.
    mkdirSync(join(at, 'disk/var/lib/energymesh-netd'), { mode: 0o700 });
    mkdirSync(join(etc, 'energymesh'));
    writeFileSync(join(etc, 'energymesh/network-initial.json'), JSON.stringify(initial), { mode: 0o600 });
    await run('sync', '-f', etc);
    return new InstalledNode(radio, at, join(dir, `installed-${radio.namespace}.log`), disk);
  }

  /** Where the agent finds the drop box and the helper's status. */
  get shared(): string {
    return join(this.#at, 'shared');
  }

  /** Boots; resolves when systemd has no job left. */
  async boot(): Promise<void> {
    writeFileSync(join(this.#at, 'boot-id'), `${randomUUID()}\n`);
    this.#systemd = new Daemon(this.#log, ...this.radio.through, `${provisioning}/radio-lab/machine/installed-init`, this.#at);
    await until('systemd to be process 1', startMsMax, async () => (await this.#findInit()) && existsSync(`/proc/${this.#init}/root/run/systemd/private`));
    const state = await this.inside('sh', '-c', 'systemctl is-system-running --wait || systemctl --no-pager --plain --no-legend list-units --failed');
    if (state.trim() !== 'running') throw new Error(`the installed node did not come up well: ${state.trim()}`);
  }

  /** Runs a program in all of the node's namespaces. */
  inside(...argv: readonly [string, ...string[]]): Promise<string> {
    return run('nsenter', '-t', String(this.#init), '-m', '-u', '-i', '-n', '-p', '-C', '--', ...argv);
  }

  /** What energymesh-netd says of itself; undefined before it said anything. */
  status(): NetworkStatus | undefined {
    const file = join(this.shared, 'network.json');
    return existsSync(file) ? parseStatus(readFileSync(file, 'utf8')) : undefined;
  }

  /** The power fails: what was not synced is gone, and so is all that the kernel knew of this node's network. `boot` starts it again. */
  async cutPower(): Promise<void> {
    await this.#end();
    await this.#disk.cutPower();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#init) await this.inside('journalctl', '--no-pager', '-o', 'short-monotonic').then((text) => writeFileSync(`${this.#log}.journal`, text));
    await this.#end();
  }

  async #findInit(): Promise<boolean> {
    // `ip` has become `unshare`, whose one child is process 1.
    this.#init = Number(await run('pgrep', '-P', String(this.#systemd?.pid)).catch(() => ''));
    return this.#init > 0;
  }

  async #end(): Promise<void> {
    const init = this.#init;
    await this.#systemd?.stop('SIGKILL');
    this.#systemd = undefined;
    this.#init = 0;
    if (init) await until('every process of the node to be gone', 30_000, () => !existsSync(`/proc/${init}`), 20);
    const { namespace, wlan } = this.radio;
    // A machine without power has neither radio nor rules.
    await run('ip', '-n', namespace, 'link', 'set', wlan, 'down');
    await run('ip', '-n', namespace, 'link', 'del', 'bat0').catch(() => {});
    await this.radio.inside('nft', 'flush', 'ruleset');
    for (const name of ['requests', 'network.json']) await run('rm', '-rf', join(this.shared, name));
    mkdirSync(join(this.shared, 'requests'), { mode: 0o700 });
  }
}
