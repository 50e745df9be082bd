import type { WantedUnit } from '@energymesh/network';
import type { Generation } from './generations.ts';
import type { System } from './system.ts';

export interface Activation {
  /** What was surely in force; undefined: not known, so everything is started anew. */
  readonly before: Generation | undefined;
  /** undefined: nothing of ours shall run. */
  readonly after: Generation | undefined;
  /** Units that may be enabled or running because of us. */
  readonly units: readonly string[];
  /** Files outside of the generation that changed. */
  readonly landed: readonly string[];
  /** Gives adapters their names, once nothing that goes uses them any more. What went wrong. */
  readonly giveNames: () => readonly string[];
  /** The machine is starting: units are put into its queue, and NetworkManager, which comes later, reads its files by itself. */
  readonly booting: boolean;
}

/** Their rules and keys are replaced in place: stopping them first would leave the node open, or cut its tunnels. */
const reloadable = /^energymesh-(firewall|wireguard@.*)\.service$/;
const uplinkProfile = 'energymesh-uplink';
const meshProfile = 'energymesh-mesh';
const uplinkSecondsMax = 45;
/** A radio that is not there is waited for by systemd for longer. */
const unitSecondsMax = 40;

/** Makes the running machine follow the files. Does nothing where nothing changed. Returns what went wrong, in words. */
export function activate(system: System, { before, after, units, landed, giveNames, booting }: Activation): string[] {
  const problems: string[] = [];
  const run = (what: string, argv: readonly [string, ...string[]], secondsMax?: number): void => {
    const { code, stderr } = system.run(argv, { ...(secondsMax !== undefined && { secondsMax }) });
    if (code !== 0) problems.push(`${what}: ${(stderr.trim().split('\n')[0] || `${argv[0]} ended with ${code}`).replace(/\.$/, '').slice(0, 200)}`);
  };
  // On a read-only system until the next start of the machine, at which it is done again.
  const enabled = (verb: 'enable' | 'disable', names: readonly string[]): void => {
    if (system.run(['systemctl', verb, '--quiet', ...names]).code !== 0) run(verb, ['systemctl', verb, '--quiet', '--runtime', ...names]);
  };
  const everything = before === undefined;
  const country = after?.state.mesh || after?.state.ap ? after.state.country : undefined;
  // At boot there may be no radio yet: for that the module's option says it.
  if (country !== undefined && booting) system.run(['iw', 'reg', 'set', country]);
  else if (country !== undefined && (everything || before.state.country !== country)) run('the country', ['iw', 'reg', 'set', country]);
  const sysctl = '/etc/sysctl.d/90-energymesh.conf';
  if (after && (everything || landed.includes(sysctl))) run('the kernel', ['/lib/systemd/systemd-sysctl', sysctl]);

  const queue = booting ? ['--no-block'] : [];
  const wanted = after?.units ?? [];
  const gone = units.filter((name) => !wanted.some((unit) => unit.name === name)).reverse();
  if (gone.length > 0) {
    run('stopping', ['systemctl', ...queue, 'stop', ...gone], unitSecondsMax);
    enabled('disable', gone);
  }
  problems.push(...giveNames());
  const added = wanted.filter(({ name }) => everything || !before.units.some((unit) => unit.name === name)).map(({ name }) => name);
  if (added.length > 0) enabled('enable', added);
  for (const unit of wanted) {
    if (!everything && before.units.some(({ name }) => name === unit.name) && !changed(unit, before, after as Generation)) continue;
    run(unit.name, ['systemctl', ...queue, reloadable.test(unit.name) ? 'reload-or-restart' : 'restart', unit.name], unitSecondsMax);
  }
  if (!booting) problems.push(...networkManager(system, landed, everything, after));
  return problems;
}

const changed = (unit: WantedUnit, before: Generation, after: Generation): boolean => unit.files.some((path) => textOf(before, path) !== textOf(after, path));
const textOf = ({ files }: Generation, path: string): string | undefined => files.find((file) => file.path === path)?.text;

function networkManager(system: System, landed: readonly string[], everything: boolean, after: Generation | undefined): string[] {
  const ours = landed.filter((path) => path.startsWith('/etc/NetworkManager/'));
  if (!everything && ours.length === 0) return [];
  const profile = (name: string): string | undefined => after?.files.find(({ path }) => path.endsWith(`/${name}.nmconnection`))?.path;
  const [uplink, mesh] = [profile(uplinkProfile), profile(meshProfile)];
  if (system.run(['systemctl', 'is-active', '--quiet', 'NetworkManager.service']).code !== 0) {
    return [
      ...(uplink ? ['NetworkManager does not run, so the uplink is not set up'] : []),
      ...(mesh ? ['NetworkManager does not run, so no gateway is asked for an address'] : []),
    ];
  }
  system.run(['nmcli', 'general', 'reload', 'conf']);
  system.run(['nmcli', 'connection', 'reload']);
  const problems: string[] = [];
  if (uplink && (everything || ours.includes(uplink))) {
    // Raspberry Pi OS has NetworkManager keep radios off until a country is set; this state has one.
    if (after?.state.uplink.kind === 'wifi') system.run(['nmcli', 'radio', 'wifi', 'on']);
    const { code } = system.run(['nmcli', '--wait', String(uplinkSecondsMax), 'connection', 'up', uplinkProfile], { secondsMax: uplinkSecondsMax + 10 });
    if (code !== 0) problems.push('the uplink did not come up: check its passphrase and its cable');
  }
  // An interface that was there before the reload is taken on only when told so. Not waited for: there may be no gateway in reach.
  if (mesh && (everything || ours.includes(mesh)) && system.run(['nmcli', '--wait', '0', 'connection', 'up', meshProfile]).code !== 0)
    problems.push('NetworkManager does not ask the gateways of the mesh for an address');
  return problems;
}
