import type { Clock } from './ports.ts';

/** Longer waits than this overflow Node's timers and fire at once; whoever asks for more is woken early, then. */
const timerMsMax = 2 ** 31 - 1;

/** The machine's clocks. Its timers don't keep the process alive: what listens does. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), timerMsMax));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
