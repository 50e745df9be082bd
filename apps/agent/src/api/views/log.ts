import { saidOf } from '../../said.ts';
import type { Log } from '../schema.ts';
import { log } from '../schema.ts';

/** Newest first (store/). */
export interface LogSource {
  recent(
    limit: number,
    before: number | undefined,
  ): readonly { id: number; at: number; kind: string; node: string | null; nodeName: string | null; detail: string; healedMs: number | null }[];
}

const kinds: ReadonlySet<string> = new Set(log.shape.entries.element.shape.kind.options);

/** `nameOf`: as the node calls itself by now; a neighbour is written down before it has told its name. */
export function logView(source: LogSource, at: number, limit: number, before: number | undefined, nameOf: (node: string) => string): Log {
  const entries = source.recent(limit, before).flatMap(({ id, at: when, kind, node, nodeName, detail, healedMs }) => {
    // Written by a later version of the agent, before a way back.
    if (!kinds.has(kind)) return [];
    const entry = { id, at: when, kind: kind as Log['entries'][number]['kind'], detail };
    const said = saidOf(detail);
    return {
      ...entry,
      ...(said && { said }),
      ...(node !== null && { node }),
      ...(nodeName !== null && { nodeName: nodeName === node ? nameOf(nodeName) : nodeName }),
      ...(healedMs !== null && { healedMs }),
    };
  });
  return { at, entries };
}
