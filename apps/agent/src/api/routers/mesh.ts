import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import { baseMap, nearby, neighbours, topology } from '../schema.ts';
import { operator, router } from '../trpc.ts';

export const meshRouter = (ports: Pick<ApiPorts, 'topology' | 'neighbours' | 'nearby' | 'baseMap' | 'clock'>) =>
  router({
    topology: operator.output(topology).query(() => ports.topology.current()),
    /** The whole topology on each change: 500 nodes are some 100 KB, hence the long rest without one. */
    live: operator.subscription(({ signal }) => live(ports.topology, { clock: ports.clock, gapMsMin: 250, restMsMax: 10_000, signal })),
    neighbours: operator.output(neighbours).query(() => ports.neighbours.current()),
    neighboursLive: operator.subscription(({ signal }) => live(ports.neighbours, { clock: ports.clock, gapMsMin: 250, restMsMax: 2000, signal })),
    baseMap: operator.output(baseMap).query(async () => (await ports.baseMap?.()) ?? { state: 'none' as const }),
    nearby: operator.output(nearby).query(() => ports.nearby()),
  });
