import { live } from '../live.ts';
import type { ApiPorts } from '../ports.ts';
import { trafficAsked, trafficSpan, trafficToday } from '../schema.ts';
import { operator, router } from '../trpc.ts';

export const trafficRouter = (ports: Pick<ApiPorts, 'traffic' | 'trafficOver' | 'clock'>) =>
  router({
    today: operator.output(trafficToday).query(() => ports.traffic.current()),
    live: operator.subscription(({ signal }) => live(ports.traffic, { clock: ports.clock, gapMsMin: 1000, restMsMax: 5000, settleMs: 100, signal })),
    over: operator
      .input(trafficAsked)
      .output(trafficSpan)
      .query(({ input }) => ports.trafficOver(input)),
  });
