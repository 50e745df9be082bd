import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Tell } from './command.ts';

const here = import.meta.dirname;
/** Counted up with every change here that makes another card. */
const layout = 3;
const units = ['pi-lab.service', 'regulatory.service'];
const diskMib = 2500;
// Room for a package that is not compressed.
const bootMib = 192;

/** Of Debian, as Raspberry Pi OS is. Trixie's is set up by cloud-init from its boot partition. */
export type Suite = 'bookworm' | 'trixie';

/** A card as it comes from the factory of Pis: an installed system that knows nothing of EnergyMesh. Built once; resolves with its folder: disk.img, boot.img. */
export async function blankCard(cache: string, suite: Suite, tell: Tell): Promise<string> {
  const lists = ['packages.txt', ...(suite === 'trixie' ? ['packages-trixie.txt'] : [])];
  const inputs = [...lists, 'offline.txt', 'guest/pi-lab', ...units.map((name) => `guest/${name}`)].map((name) => readFileSync(join(here, name)));
  const key = createHash('sha256').update(`${layout} ${suite}`);
  for (const input of inputs) key.update(String(input.length)).update(input);
  const folder = join(cache, `pi-card-${suite}-${key.digest('hex').slice(0, 16)}`);
  if (existsSync(join(folder, 'disk.img'))) return folder;
  const partial = `${folder}.partial`;
  const root = join(partial, 'root');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  tell(`card: installing Debian ${suite} into a folder (1 to 3 minutes)`);
  const settings = ['--aptopt=APT::Install-Recommends "false"', '--variant=apt', '--mode=root'];
  await run(['mmdebstrap', ...settings, `--include=${lists.flatMap(list).join(',')}`, suite, root], { secondsMax: 1800 });
  await addOffline(root, tell);
  configure(root, suite);
  await run(['chroot', root, 'systemctl', 'enable', ...units], { secondsMax: 60 });
  tell('card: writing the image');
  const disk = join(partial, 'disk.img');
  await run(['truncate', '-s', `${diskMib}M`, disk], { secondsMax: 10 });
  await run(['mkfs.ext4', '-q', '-L', 'rootfs', '-d', root, disk], { secondsMax: 600 });
  await run(['mkfs.vfat', '-C', '-n', 'bootfs', join(partial, 'boot.img'), String(bootMib * 1024)], { secondsMax: 60 });
  rmSync(root, { recursive: true });
  renameSync(partial, folder);
  return folder;
}

const list = (name: string): string[] =>
  readFileSync(join(here, name), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** The Debian packages of offline.txt as a repository in /opt/debian. */
async function addOffline(root: string, tell: Tell): Promise<void> {
  tell('card: fetching what install.sh will ask Debian for');
  await run(['chroot', root, 'apt-get', 'update', '-q'], { secondsMax: 300 });
  const options = ['-q', '-y', '--download-only', '--no-install-recommends'];
  await run(['chroot', root, 'apt-get', 'install', ...options, ...list('offline.txt')], { secondsMax: 900 });
  const archives = join(root, 'var/cache/apt/archives');
  const repository = join(root, 'opt/debian');
  mkdirSync(repository, { recursive: true });
  for (const name of readdirSync(archives)) if (name.endsWith('.deb')) renameSync(join(archives, name), join(repository, name));
  const { stdout } = await run(['dpkg-scanpackages', '.'], { cwd: repository, secondsMax: 120 });
  writeFileSync(join(repository, 'Packages'), stdout);
  for (const folder of ['var/lib/apt/lists', 'etc/apt/sources.list.d']) {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'etc/apt/sources.list'), 'deb [trusted=yes] file:/opt/debian ./\n');
}

function configure(root: string, suite: Suite): void {
  const put = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put('etc/hostname', 'virtual-pi\n');
  put('etc/hosts', '127.0.0.1 localhost\n127.0.1.1 virtual-pi\n::1 localhost\n');
  put('etc/fstab', '/dev/ubda / ext4 defaults,noatime 0 1\n/dev/ubdb /boot/firmware vfat defaults,nofail 0 2\n');
  mkdirSync(join(root, 'boot/firmware'), { recursive: true });
  // As Raspberry Pi OS has it until a country is set: NetworkManager keeps all radios blocked.
  put('var/lib/NetworkManager/NetworkManager.state', '[main]\nWirelessEnabled=false\n');
  // Where Raspberry Pi OS's cloud-init looks: the boot partition.
  if (suite === 'trixie')
    // (And no growing: a card here is as large as it is.)
    put('etc/cloud/cloud.cfg.d/99-boot-partition.cfg', 'datasource_list: [NoCloud, None]\ndatasource: {NoCloud: {fs_label: bootfs}}\nresize_rootfs: false\n');
  // The host's resolver is none of the guest's.
  rmSync(join(root, 'etc/resolv.conf'), { force: true });
  put('etc/resolv.conf', '');
  // This kernel numbers fewer processes than Debian asks for.
  put('etc/sysctl.d/50-pid-max.conf', '');
  // Nothing to wait for: no network without a cable.
  put('etc/systemd/system/NetworkManager-wait-online.service.d/none.conf', '[Service]\nExecStart=\nExecStart=/bin/true\n');
  copyFileSync(join(here, 'guest/pi-lab'), join(root, 'usr/local/sbin/pi-lab'));
  chmodSync(join(root, 'usr/local/sbin/pi-lab'), 0o755);
  for (const name of units) copyFileSync(join(here, 'guest', name), join(root, 'etc/systemd/system', name));
}
