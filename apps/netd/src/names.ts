import { type NetworkState, readLinks } from '@energymesh/network';
import type { Disk } from './disk.ts';
import { paths } from './paths.ts';
import type { System } from './system.ts';

/** .link files count from the next boot on. What is plugged in is renamed now, and gets its own name back when a state no longer gives it one. */
export function giveNames(system: System, disk: Disk, names: NetworkState['names']): string[] {
  const before = read(disk);
  if (names.length === 0 && Object.keys(before).length === 0) return [];
  const { value: links } = readLinks(system.run(['ip', '-j', '-d', 'addr']).stdout);
  const macOf = (link: (typeof links)[number]): string => link.permanentMac ?? link.mac ?? '';

  const own: Record<string, string> = {};
  const wishes = new Map<string, string>();
  for (const { name, mac } of names) {
    const link = links.find((one) => macOf(one) === mac && one.kind === undefined);
    own[mac] = before[mac] ?? link?.name ?? name;
    if (link && link.name !== name) wishes.set(link.name, name);
  }
  for (const [mac, name] of Object.entries(before)) {
    const link = links.find((one) => macOf(one) === mac && one.kind === undefined);
    if (!Object.hasOwn(own, mac) && link && link.name !== name) wishes.set(link.name, name);
  }
  // First what is needed to go back, then the change.
  if (JSON.stringify({ ...before, ...own }) !== JSON.stringify(before)) save(disk, { ...before, ...own });

  const problems: string[] = [];
  const rename = (from: string, to: string): void => {
    system.run(['ip', 'link', 'set', 'dev', from, 'down']);
    if (system.run(['ip', 'link', 'set', 'dev', from, 'name', to]).code !== 0) problems.push(`${from} could not be named ${to}`);
  };
  // By way of names that nobody has: two adapters may swap theirs.
  const temporary = [...wishes].map(([from, to], i) => [from, `em-rename${i}`, to] as const);
  for (const [from, between] of temporary) rename(from, between);
  for (const [, between, to] of temporary) rename(between, to);
  if (problems.length === 0 && JSON.stringify(own) !== JSON.stringify({ ...before, ...own })) save(disk, own);
  return problems;
}

function read(disk: Disk): Record<string, string> {
  try {
    const value: unknown = JSON.parse(disk.read(paths.names) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const usable = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string' && /^[A-Za-z0-9._-]{1,15}$/.test(entry[1]);
    return Object.fromEntries(Object.entries(value).filter(usable));
  } catch {
    return {};
  }
}

const save = (disk: Disk, names: Record<string, string>): void => disk.write(paths.names, `${JSON.stringify(names)}\n`, 0o600);
