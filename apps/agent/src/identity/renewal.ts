import type { NodeKey } from '@energymesh/identity';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import type { Admission } from './admission.ts';
import type { Enrolment } from './enrolment.ts';
import { type callHub, HubError } from './hub-client.ts';
import { renewOverHub } from './renew.ts';
import type { TrustedTime } from './trusted-time.ts';

/** Looked at so often: a clock that is set while the node runs must not leave a timer of weeks behind. */
const checkEveryMs = 3_600_000;

/** The certificate in use. Times are milliseconds since 1970. */
interface Own {
  readonly enrolment: Enrolment;
  readonly name: string;
  readonly issuedAt: number;
  readonly notAfter: number;
  /** Something is missing that only a hub can tell. */
  readonly behind: boolean;
}

export interface RenewalOptions {
  readonly key: NodeKey;
  readonly time: TrustedTime;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly call?: typeof callHub;
  /** Undefined: not enrolled. */
  readonly current: () => Own | undefined;
  readonly renewed: (admission: Admission) => void;
}
export interface Renewal {
  /** Settles when an attempt under way has ended after the signal. */
  readonly stopped: Promise<void>;
}

/** Asks one of the hubs every hour (spread over a quarter of it) while the certificate is past half of its life, or the beacon key is not the newest. */
export function startRenewal(options: RenewalOptions): Renewal {
  let attempt = Promise.resolve();
  let round = 0;
  let cancel = (): void => {};
  const next = (): void => {
    if (options.signal.aborted) return;
    cancel = options.clock.after(checkEveryMs * (1 + options.random() / 4), () => check());
  };
  const check = (): void => {
    const own = options.current();
    const hubs = own?.enrolment.hubs ?? [];
    const hub = hubs[round++ % hubs.length];
    if (!own || hub === undefined || !(own.behind || isDue(own, options.time))) return next();
    attempt = renew(options, own, hub).finally(next);
  };
  check();
  const { promise, resolve } = Promise.withResolvers<void>();
  options.signal.addEventListener('abort', () => {
    cancel();
    void attempt.then(resolve);
  });
  return { stopped: promise };
}

/** With a clock that is behind, the floor is the best guess; it rises with the new certificate's own date. */
function isDue(own: Own, time: TrustedTime): boolean {
  const now = Math.max(time.reading().now, time.floor);
  return now >= own.issuedAt + (own.notAfter - own.issuedAt) / 2;
}

async function renew(options: RenewalOptions, own: Own, hub: string): Promise<void> {
  const { signal, logger } = options;
  try {
    options.renewed(await renewOverHub({ ...options, ...own, hub }));
    logger.info({ hub }, 'certificate renewed');
  } catch (error) {
    if (signal.aborted) return;
    const why = error instanceof HubError ? error.why : 'failed';
    logger.warn({ hub, why, error: (error as Error).message }, 'certificate renewal failed, trying again');
  }
}
