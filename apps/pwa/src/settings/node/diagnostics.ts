import type { Here } from '../../live/providers.tsx';

/** By name, as they stand in the file. The node tells nothing secret in any of them: passphrases read "set". */
const parts = {
  about: (trpc, signal) => trpc.about.get.query(undefined, { signal }),
  status: (trpc, signal) => trpc.status.get.query(undefined, { signal }),
  counters: (trpc, signal) => trpc.status.counters.query(undefined, { signal }),
  neighbours: (trpc, signal) => trpc.mesh.neighbours.query(undefined, { signal }),
  topology: (trpc, signal) => trpc.mesh.topology.query(undefined, { signal }),
  radio: (trpc, signal) => trpc.radio.get.query(undefined, { signal }),
  network: (trpc, signal) => trpc.network.status.query(undefined, { signal }),
  devices: (trpc, signal) => trpc.devices.list.query(undefined, { signal }),
  log: (trpc, signal) => trpc.log.recent.query({ limit: 200 }, { signal }),
} satisfies Record<string, (trpc: Here['trpc'], signal: AbortSignal) => Promise<unknown>>;

/** What the node tells of itself. `without`: what it did not answer. */
export async function gatherDiagnostics(trpc: Here['trpc'], signal: AbortSignal): Promise<{ text: string; without: string[] }> {
  const named = Object.entries(parts);
  const answers = await Promise.allSettled(named.map(([, ask]) => ask(trpc, signal)));
  const got = answers.map((answer, i) => [named[i]?.[0] ?? '', answer.status === 'fulfilled' ? answer.value : null] as const);
  const without = got.flatMap(([name, value]) => (value === null ? [name] : []));
  return { text: `${JSON.stringify({ energymesh: 'diagnostics', version: 1, ...Object.fromEntries(got) }, undefined, 2)}\n`, without };
}
