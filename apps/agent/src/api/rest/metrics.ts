import type { Calls } from './routes.ts';

type Labels = Readonly<Record<string, string | number>>;
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly (readonly [labels: Labels, value: number])[];
}

const one = (name: string, help: string, value: number | undefined, type: Metric['type'] = 'gauge'): Metric => ({
  name,
  help,
  type,
  samples: value === undefined ? [] : [[{}, value]],
});

/** The node's figures in Prometheus' text format 0.0.4; units are its base units (seconds, bytes, ratios). */
export async function exposition(calls: Calls): Promise<string> {
  const [status, neighbours, counters] = await Promise.all([calls.status.get(), calls.mesh.neighbours(), calls.status.counters()]);
  const { node, wellness, carrying } = status;
  const each = (value: (of: (typeof neighbours.neighbours)[number]) => number | undefined): Metric['samples'] =>
    neighbours.neighbours.flatMap((of) => {
      const measured = value(of);
      return measured === undefined ? [] : [[{ node: of.id, name: of.name, segment: of.segment }, measured] as const];
    });
  return text([
    {
      name: 'energymesh_node_info',
      help: 'Which node this is.',
      type: 'gauge',
      samples: [[{ node: node.id, name: node.name, community: node.community, version: node.version, gateway: String(node.gateway) }, 1]],
    },
    one('energymesh_start_time_seconds', 'When the agent started.', status.startedAt / 1000),
    one('energymesh_well', 'Whether nothing is the matter.', Number(wellness.well)),
    { name: 'energymesh_problem', help: 'What is the matter, by name.', type: 'gauge', samples: wellness.problems.map(({ code }) => [{ code }, 1]) },
    one('energymesh_clock_trusted', 'Whether the clock is trusted.', Number(wellness.clockTrusted)),
    one('energymesh_disk_used_ratio', 'Of the disk with the data folder.', wellness.diskUsedShare),
    one('energymesh_temperature_celsius', 'Of the processor.', wellness.temperatureC),
    one('energymesh_packets_today', 'Messages sent on since midnight, each once.', carrying.packetsToday),
    one('energymesh_waiting_packets', 'Kept here until they are acknowledged.', carrying.waiting),
    one(
      'energymesh_waiting_oldest_seconds',
      'Age of the oldest of them.',
      carrying.waitingOldestMs === undefined ? undefined : carrying.waitingOldestMs / 1000,
    ),
    one('energymesh_lost_packets_total', 'Expired, or dropped at a bound, since the start.', carrying.lost, 'counter'),
    one('energymesh_devices_connected', 'Meters and locks that are connected here.', status.devices.connected),
    one('energymesh_gateway_hops', 'To the gateway; absent without one.', status.gateway?.hops),
    one('energymesh_gateway_cost_seconds', 'Cost of the way to the gateway (ETT).', status.gateway && status.gateway.costMs / 1000),
    one(
      'energymesh_backend_connected',
      'Of a gateway: whether its backend is connected.',
      status.backend.state === 'not-a-gateway' ? undefined : Number(status.backend.state === 'connected'),
    ),
    one('energymesh_neighbours', 'Links that are up.', status.neighbours),
    { name: 'energymesh_neighbour_cost_seconds', help: 'Cost of a link (ETT).', type: 'gauge', samples: each(({ costMs }) => costMs / 1000) },
    { name: 'energymesh_neighbour_latency_seconds', help: 'Round trip of a link.', type: 'gauge', samples: each(({ latencyMs }) => latencyMs / 1000) },
    { name: 'energymesh_neighbour_received_bytes_total', help: 'Since the link came up.', type: 'counter', samples: each(({ bytesIn }) => bytesIn) },
    { name: 'energymesh_neighbour_sent_bytes_total', help: 'Since the link came up.', type: 'counter', samples: each(({ bytesOut }) => bytesOut) },
    {
      name: 'energymesh_counted_total',
      help: 'What was counted since the start, by name; refusals above all.',
      type: 'counter',
      samples: Object.entries(counters.counters).map(([what, value]) => [{ what }, value]),
    },
  ]);
}

function text(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => `${name}${written(labels)} ${value}`)].join('\n'),
    )
    .join('\n')
    .concat('\n');
}

const written = (labels: Labels): string => {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};
