import type { ReportNow } from './metrics/report.ts';
import type { DeviceDoor, Mesh } from './ports.ts';
import type { Relay } from './relay/relay.ts';

/** The node as a report shows it. */
export function reportNow(
  mesh: Pick<Mesh, 'neighbours'>,
  relay: Pick<Relay, 'stats'>,
  devices: Pick<DeviceDoor, 'connected'>,
  uptimeMs: number,
  gateway: boolean,
  bytesMax: number,
): ReportNow {
  const { waiting, waitingBytes, oldestMs, expired, dropped, demoted, demotedTopics } = relay.stats();
  const neighbours = mesh.neighbours();
  return {
    uptimeMs,
    gateway,
    devices: new Set(devices.connected().map(({ device }) => device)).size,
    neighbours: neighbours.map(({ node, rttMs, costMs, bytesIn, bytesOut }) => ({ node, latencyMs: rttMs, costMs, bytesIn, bytesOut })),
    queue: {
      waiting,
      ...(oldestMs !== undefined && { oldestMs }),
      frames: neighbours.reduce((sum, { queues }) => sum + queues.reduce((of, { frames }) => of + frames, 0), 0),
    },
    spool: { bytes: waitingBytes, bytesMax, expired, dropped },
    class0: { demoted, demotedTopics },
  };
}
