import { type Slot, trafficTypes } from './bins.ts';

const columns = trafficTypes.toReversed();
const names = { devices: 'devices', betweenNodes: 'between_nodes', reports: 'reports' } as const;

/**
 * What the chart shows, a line per slot, times in UTC. A slot in which the node did not run has empty figures, one in which it carried
 * nothing has zeros; `ran` is for how much of the slot it ran. What is to come is left out.
 */
export function csvOf(slots: readonly Slot[], until: number): string {
  const head = ['start', 'end', 'ran', ...columns.map((type) => `packets_${names[type]}`), ...columns.map((type) => `bytes_${names[type]}`)];
  const lines = slots
    .filter(({ start }) => start <= until)
    .map(({ start, end, ran, packets, bytes }) => [
      new Date(start).toISOString(),
      new Date(end).toISOString(),
      ran === undefined ? (packets ? '1' : '0') : String(Math.round(ran * 100) / 100),
      ...columns.map((type) => packets?.[type] ?? ''),
      ...columns.map((type) => bytes?.[type] ?? ''),
    ]);
  return `${[head, ...lines].map((line) => line.join(',')).join('\r\n')}\r\n`;
}

export function csvName(node: string, from: number, until: number): string {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const safe =
    node
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'node';
  return `traffic-${safe}-${day(from)}${day(from) === day(until) ? '' : `-to-${day(until)}`}.csv`;
}
