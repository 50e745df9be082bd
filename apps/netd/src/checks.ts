import { type NetworkState, readLinks, readWirelessInterfaces, type WantedUnit } from '@energymesh/network';
import type { System } from './system.ts';

const attempts = 15;
const betweenSeconds = 2;

/** Is what was asked for there? Peers are not asked for: the first node of a mesh has none. Empty: all is well. */
export function check(system: System, state: NetworkState, units: readonly WantedUnit[]): string[] {
  let problems: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) system.wait(betweenSeconds);
    problems = look(system, state, units);
    if (problems.length === 0) return [];
  }
  return problems;
}

function look(system: System, { mesh, ap, gateway, wireguard }: NetworkState, units: readonly WantedUnit[]): string[] {
  const problems: string[] = [];
  for (const { name } of units) if (system.run(['systemctl', 'is-active', '--quiet', name]).code !== 0) problems.push(`${name} does not run`);
  const { value: links } = readLinks(system.run(['ip', '-j', '-d', 'addr']).stdout);
  const link = (name: string) => links.find((one) => one.name === name);
  const type = (name: string): string | undefined => readWirelessInterfaces(system.run(['iw', 'dev', name, 'info']).stdout).value[0]?.type;
  if (mesh) {
    if (type(mesh.interface) !== 'mesh point') problems.push(`${mesh.interface} is not part of a mesh`);
    if (link(mesh.interface)?.master !== mesh.batman.interface) problems.push(`batman-adv does not use ${mesh.interface}`);
  }
  const addresses: [string, string][] = [
    ...(ap ? [[ap.interface, ap.address] as [string, string]] : []),
    ...(mesh && gateway.mode === 'server' ? [[mesh.batman.interface, gateway.address] as [string, string]] : []),
    ...wireguard.filter(({ address }) => !address.includes(':')).map(({ name, address }): [string, string] => [name, address]),
  ];
  if (ap && type(ap.interface) !== 'AP') problems.push(`${ap.interface} is no access point`);
  for (const [name, address] of addresses)
    if (!link(name)?.addresses.some((one) => `${one.address}/${one.prefix}` === address)) problems.push(`${name} does not have the address ${address}`);
  return problems;
}

/** Before anything is changed: what can be known to fail. */
export function foresee(system: System, state: NetworkState, folder: string): string[] {
  const problems: string[] = [];
  const given = new Set(state.names.map(({ name }) => name));
  const { value: links, problem } = readLinks(system.run(['ip', '-j', '-d', 'addr']).stdout);
  if (problem !== undefined) return [`the interfaces cannot be listed: ip ${problem}`];
  const macs = new Set(links.map((link) => link.permanentMac ?? link.mac));
  for (const { name, mac } of state.names) if (!macs.has(mac)) problems.push(`there is no adapter ${mac}, which shall be ${name}: plug it in`);
  for (const name of [state.mesh?.interface, state.ap?.interface])
    if (name !== undefined && !given.has(name) && !links.some((link) => link.name === name))
      problems.push(`there is no interface ${name}: plug the adapter in, or name another one`);
  const rules = system.run(['nft', '-c', '-f', `${folder}/nftables.conf`]);
  if (rules.code === 127) problems.push('nft is not installed, so there would be no firewall: install nftables');
  else if (rules.code !== 0) problems.push(`the firewall's rules are not accepted: ${rules.stderr.trim().split('\n')[0]?.slice(0, 200) ?? ''}`);
  return problems;
}
