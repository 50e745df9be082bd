import * as z from 'zod';
import { PeopleRefused } from '../../ports.ts';
import { say } from '../../said.ts';
import * as s from '../devices-schema.ts';
import type { ApiPorts } from '../ports.ts';
import { sealedBox } from '../rewards-schema.ts';
import { devices } from '../schema.ts';
import { operator, router } from '../trpc.ts';
import { answering } from './people.ts';

const id = z.string().regex(/^[a-z0-9-]{1,32}$/, 'expected 1 to 32 of a-z, 0-9 and -');

/** Devices: here, in the community, and the credentials of a new one, for which the hub is asked. docs/settings.md */
export const devicesRouter = (ports: Pick<ApiPorts, 'devices' | 'deviceDesk' | 'seals'>) =>
  router({
    /** Those that are or were at this node. */
    list: operator.output(devices).query(() => ports.devices()),
    /** All of the community, by the newest document. */
    all: operator.output(s.communityDevices).query(() => ports.deviceDesk.all()),
    /** Who added which: the hub is asked. */
    owners: operator.output(s.deviceOwners).query(() => answering(ports.deviceDesk.owners())),
    /** Its password comes sealed, this once: the hub keeps a hash. The channel is of `rewards.wallet.seal`. */
    add: operator
      .input(z.object({ id, role: s.deviceRole, channel: sealedBox.shape.channel }))
      .output(s.madeDevice)
      .mutation(({ ctx, input: { channel, ...device } }) =>
        answering(async () => {
          const sealed = ports.seals.of(ctx.principal.session, channel);
          // Before the hub is asked: else there would be a device whose password nobody knows.
          if (!sealed) throw new PeopleRefused('no-seal', say('no-seal'));
          const { token, ...made } = await ports.deviceDesk.add(device);
          return { ...made, box: sealed.seal(token) };
        }),
      ),
    remove: operator
      .input(z.object({ id }))
      .output(s.deviceOwners)
      .mutation(({ input }) => answering(ports.deviceDesk.remove(input.id))),
  });
