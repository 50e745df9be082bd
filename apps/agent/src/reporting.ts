import type { ReportNow } from './metrics/report.ts';
import type { DeviceDoor, Mesh, RadioLayer, RadioNow } from './ports.ts';
import type { Relay } from './relay/relay.ts';

/** The node as a report shows it. */
export function reportNow(
  mesh: Pick<Mesh, 'neighbours'>,
  radio: Pick<RadioLayer, 'current'>,
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
    ...radioPart(radio.current()),
  };
}

/** The report stays small: a node has some eight links, and whoever wants all of a radio's tables asks the node. */
const linksMax = 64;

/** Nothing where no radio is read. Of the access point's clients their number only. */
function radioPart(now: RadioNow): Pick<ReportNow, 'radio'> {
  if (now.at !== 'read') return {};
  const { view, beneath } = now;
  const counters = view.batman.flatMap((one) => one.counters ?? []);
  const sum = (of: (one: (typeof counters)[number]) => number) => counters.reduce((total, one) => total + of(one), 0);
  return {
    radio: {
      ageMs: view.ageMs,
      stale: view.stale,
      ...(view.country !== undefined && { country: view.country }),
      peers: view.meshPeers.length,
      alive: view.meshPeers.filter(({ alive }) => alive !== false).length,
      clients: view.accessPointClients.length,
      reached: view.batman.reduce((total, { originators }) => total + originators.filter(({ alive }) => alive).length, 0),
      links: [...beneath].slice(0, linksMax).map(([node, one]) => ({
        node,
        kind: one.kind,
        ...(one.kind === 'radio' && {
          ...(one.peer?.signalDbm !== undefined && { signalDbm: one.peer.signalDbm }),
          ...(one.peer?.expectedMbit !== undefined && { expectedMbit: one.peer.expectedMbit }),
          ...(one.tq !== undefined && { tq: one.tq }),
        }),
      })),
      ...(counters.length > 0 && {
        forwarded: {
          frames: sum((one) => one.forwardedFrames),
          bytes: sum((one) => one.forwardedBytes),
          dropped: sum((one) => one.droppedFrames),
          managementBytes: sum((one) => one.managementBytes),
        },
      }),
    },
  };
}
