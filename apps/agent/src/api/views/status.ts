import type { Feed } from '../ports.ts';
import type { Status } from '../schema.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';
import { dayOf } from './traffic.ts';

type Code = Status['wellness']['problems'][number]['code'];

/** Nearly full: logs, updates and the database need the rest. */
const diskFullShare = 0.95;

const lasting = new Set(['neighbour-up', 'neighbour-down', 'route-changed']);

export function statusFeed(sources: Sources): Feed<Status> {
  const { clock, who, mesh, directory, door, custody, counters, machine } = sources;
  const since = new Map<Code, number>();
  let gatewaySince: { id: string; at: number } | undefined;
  /** What is the matter now; notes since when. */
  const look = () => {
    const at = clock.wall();
    const { nodes, gateway, path } = mesh.topology();
    const backlog = custody.backlog();
    const backend = custody.backend();
    const neighbours = mesh.neighbours().length;
    const target = nodes.find(({ node }) => node === gateway);
    if (gatewaySince?.id !== gateway) gatewaySince = gateway === undefined ? undefined : { id: gateway, at };
    const diskUsedShare = machine.diskUsedShare();
    const present: Record<Code, boolean> = {
      'not-enrolled': !machine.enrolled,
      'disk-full': backlog.diskFull || (diskUsedShare ?? 0) >= diskFullShare,
      'spool-full': backlog.full,
      'no-backend': backend !== undefined && backend.state !== 'connected',
      'no-neighbour': machine.enrolled && neighbours === 0,
      'no-gateway': machine.enrolled && gateway === undefined && !(backend?.state === 'connected'),
      'certificate-stale': machine.enrolled && machine.certificateStale(),
      'clock-untrusted': !machine.clockTrusted(),
    };
    const problems = (Object.keys(present) as Code[]).filter((code) => {
      if (!present[code]) since.delete(code);
      else if (!since.has(code)) since.set(code, at);
      return present[code];
    });
    return { at, path, backlog, backend, neighbours, target, diskUsedShare, problems };
  };
  // How long a thing has lasted is counted from its beginning, not from when somebody first opened the page.
  look();
  mesh.subscribe((output) => {
    if (output.type === 'event' && lasting.has(output.event.kind)) look();
  });
  return {
    current: () => {
      const { at, path, backlog, backend, neighbours, target, diskUsedShare, problems } = look();
      const { start, end } = dayOf(at);
      const packets = (from: number) => counters.sums(from, end, end - from).reduce((sum, part) => sum + part.packets, 0);
      return {
        at,
        node: {
          id: mesh.self,
          name: who.name,
          fingerprint: who.fingerprint,
          community: who.community,
          version: who.version,
          gateway: who.gateway,
          ...defined({ position: who.position }),
        },
        startedAt: who.startedAt,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        wellness: {
          well: problems.length === 0,
          problems: problems.map((code) => ({ code, since: since.get(code) ?? at })),
          clockTrusted: machine.clockTrusted(),
          ...defined({ diskUsedShare, temperatureC: machine.temperatureC() }),
        },
        carrying: {
          // Every message that this node sent on, of all three types, each once; the traffic view tells the parts.
          packetsToday: packets(start),
          packetsLastMinute: packets(Math.max(start, Math.floor(at / 60_000) * 60_000 - 60_000)),
          waiting: backlog.waiting,
          ...defined({ waitingOldestMs: backlog.oldestMs }),
          lost: backlog.expired + backlog.dropped,
        },
        neighbours,
        devices: { connected: new Set(door.connected().map(({ device }) => device)).size, known: directory.known().length },
        ...(target && {
          gateway: {
            id: target.node,
            name: target.name || target.node,
            hops: target.hops ?? Math.max(0, path.length - 1),
            costMs: target.costMs ?? 0,
            since: gatewaySince?.at ?? at,
          },
        }),
        backend: backend ?? { state: 'not-a-gateway', since: who.startedAt },
      };
    },
    onChange: (handler) => {
      const offs = [
        counters.onChange(handler),
        door.onChange(handler),
        directory.onChange(handler),
        mesh.subscribe(({ type }) => {
          if (type === 'event' || type === 'released' || type === 'expired') handler();
        }),
      ];
      return () => {
        for (const off of offs) off();
      };
    },
  };
}
