import type { Clock } from '../../ports.ts';

/** The machine's clocks, for tests with real sockets and threads. */
export const systemClockForTests: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
