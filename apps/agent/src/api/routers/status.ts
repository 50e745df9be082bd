import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import { counters, status } from '../schema.ts';
import { operator, router } from '../trpc.ts';

export const statusRouter = (ports: Pick<ApiPorts, 'status' | 'counters' | 'clock'>) =>
  router({
    get: operator.output(status).query(() => ports.status.current()),
    /** For whoever looks for what was refused, and why. */
    counters: operator.output(counters).query(() => ports.counters()),
    live: operator.subscription(({ signal }) => live(ports.status, { clock: ports.clock, gapMsMin: 1000, restMsMax: 5000, settleMs: 100, signal })),
  });
