'use client';
import type { CommunityDevices, DeviceOwners } from '@energymesh/agent/api/devices-schema';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useHere } from '../../live/providers.tsx';
import { devicesStrings } from '../../strings/devices.ts';
import { type Refusal, toldBy } from '../../strings/said.ts';

export type KnownDevice = CommunityDevices['devices'][number] & { readonly owner?: DeviceOwners['devices'][number] };

const pollMs = 5000;
/** The hub is far away, and knows little that changes. */
const ownersPollMs = 30_000;

export interface DevicesNow {
  /** Undefined: not asked yet. */
  readonly devices: readonly KnownDevice[] | undefined;
  /** Why the hub could not be asked, in words. */
  readonly trouble: string | undefined;
  readonly refetch: () => Promise<void>;
}

/** What this node knows of each device, and what the hub says of who added it. */
export function useDevicesNow(): DevicesNow {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const { data } = useQuery({ queryKey: ['devices-all'], queryFn: ({ signal }) => trpc.devices.all.query(undefined, { signal }), refetchInterval: pollMs });
  const owners = useQuery({
    queryKey: ['device-owners'],
    queryFn: ({ signal }) => trpc.devices.owners.query(undefined, { signal }),
    refetchInterval: ownersPollMs,
  });
  const by = new Map(owners.data?.devices.map((owner) => [owner.id, owner]));
  const error = owners.error as Refusal | null;
  const known = data?.devices.map((device): KnownDevice => {
    const owner = by.get(device.id);
    return { ...device, ...(owner && { owner }) };
  });
  return {
    // A device that the hub has and this node has not heard of yet is on its way.
    devices: known?.toSorted((a, b) => Number(b.connected) - Number(a.connected) || (a.id < b.id ? -1 : 1)),
    trouble: error ? (error.data ? toldBy(error) : devicesStrings.deviceSettings.silent) : undefined,
    refetch: async () => {
      await Promise.all([queryClient.refetchQueries({ queryKey: ['devices-all'] }), queryClient.refetchQueries({ queryKey: ['device-owners'] })]);
    },
  };
}
