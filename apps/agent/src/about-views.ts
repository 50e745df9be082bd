import type { About, LogLevel } from './api/about-schema.ts';
import type { AboutPort } from './api/ports.ts';
import { readUpdates } from './health/updates.ts';
import { moveHub } from './hub-move.ts';
import type { NodeIdentity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import type { Clock } from './ports.ts';

export interface AboutOptions {
  readonly identity: Pick<NodeIdentity, 'node' | 'fingerprint' | 'incarnation' | 'enrolment' | 'dates' | 'changeHub'>;
  /** The community was made on this node, and it still is its hub. */
  readonly founded: () => boolean;
  readonly name: () => string;
  readonly build: { readonly version: string; readonly date: number };
  readonly startedAt: number;
  readonly backend: () => About['backend'];
  readonly ports: () => About['ports'];
  readonly logger: Pick<Logger, 'level' | 'warn'>;
  readonly clock: Clock;
  readonly updates?: typeof readUpdates;
}

/** What this node is, as the API shows it. */
export function aboutPort(options: AboutOptions): AboutPort {
  const { identity, build, startedAt, backend, ports, logger, clock } = options;
  return {
    current: () => {
      const { enrolment } = identity;
      const { packaged, installedAt, security, securityAt } = (options.updates ?? readUpdates)();
      return {
        at: clock.wall(),
        node: {
          id: identity.node,
          name: options.name(),
          fingerprint: identity.fingerprint,
          incarnation: Number(identity.incarnation),
          version: build.version,
          builtAt: build.date,
          startedAt,
          runtime: process.version,
        },
        ...(enrolment && {
          community: {
            id: enrolment.community.id,
            name: enrolment.community.name,
            hubs: [...enrolment.hubs],
            gateway: enrolment.gateway,
            certificate: identity.dates,
          },
        }),
        backend: backend(),
        ports: ports(),
        logLevel: logger.level as LogLevel,
        updates: { packaged, security, ...(installedAt !== undefined && { installedAt }), ...(securityAt !== undefined && { securityAt }) },
      };
    },
    setHub: (address) => moveHub(identity, options.founded(), address),
    setLogLevel: (level) => {
      // Said in both, so that the log itself tells why it fell silent.
      logger.warn({ from: logger.level, to: level }, 'log level changed from the dashboard, until the next start');
      logger.level = level;
    },
  };
}
