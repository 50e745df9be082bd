import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import { status } from '../schema.ts';
import { operator, router } from '../trpc.ts';

export const statusRouter = (ports: Pick<ApiPorts, 'status' | 'clock'>) =>
  router({
    get: operator.output(status).query(() => ports.status.current()),
    live: operator.subscription(({ signal }) => live(ports.status, { clock: ports.clock, gapMsMin: 1000, restMsMax: 5000, signal })),
  });
