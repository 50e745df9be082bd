/** Time as a parameter: tests plug in their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs again and again, never keeping the process alive; returns the canceller. */
  every(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};
