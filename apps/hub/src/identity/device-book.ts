import type { DeviceBook } from '@energymesh/enrolment';
import { type DeviceRole, DocumentTooBig } from '@energymesh/identity';
import type { Database } from '../store/database.ts';
import { listedDevices } from '../store/members.ts';
import type { Community } from './community.ts';

/** Devices as members add and revoke them: each is in the next community document. */
export const deviceBook = (community: Pick<Community, 'addDevice' | 'removeDevice'>, db: Database, root: string): DeviceBook => ({
  root,
  list: async () => (await listedDevices(db)).map(({ by, role, ...device }) => ({ ...device, role: role as DeviceRole, ...(by !== null && { by }) })),
  add: async ({ id, role, by }) => {
    try {
      return await community.addDevice(id, role, by);
    } catch (error) {
      if (error instanceof DocumentTooBig) return undefined;
      throw error;
    }
  },
  remove: async (id) => void (await community.removeDevice(id)),
});
