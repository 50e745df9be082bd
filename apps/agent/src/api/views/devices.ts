import type { Devices } from '../schema.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';

/** Devices of the community that are or were at this node; those that never came are counted in the status only. */
export function devicesView({ clock, directory, door, activity }: Pick<Sources, 'clock' | 'directory' | 'door' | 'activity'>): Devices {
  const at = clock.wall();
  const connected = new Set(door.connected().map(({ device }) => device));
  const devices = directory.known().flatMap(({ id, role }) => {
    const { lastSeen, packetsToday } = activity.read(id);
    if (!connected.has(id) && lastSeen === undefined) return [];
    return { id, role, connected: connected.has(id), packetsToday, ...defined({ lastSeen: connected.has(id) ? at : lastSeen }) };
  });
  return { at, devices };
}
