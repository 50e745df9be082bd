'use client';
import type { TopologyView } from '../live/model.ts';
import { short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { meshStrings } from '../strings/mesh.ts';
import { Glyph, type GlyphName } from '../ui/glyph.tsx';
import { claim, qualityLevel } from './quality.ts';
import { linkKey } from './ways.ts';

/** More stops than this fold into "then 4 more" in the middle; the ends and you always show. */
const stopsMax = 8;

/** The way to the gateway, drawn as a cased road: at each stop the cost of the next leg, and its quality from both ends. */
export function RouteList({
  route,
  topology,
  backend,
}: {
  route: readonly string[];
  topology: TopologyView;
  /** The last stop, behind the gateway: what is known of it from here. */
  backend?: { readonly words: string; readonly reached: boolean };
}) {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const edges = new Map(topology.edges.map((edge) => [linkKey(edge.a, edge.b), edge]));
  const folded = route.length > stopsMax ? route.length - stopsMax : 0;
  return (
    <ol className="route" data-testid="path">
      {route.map((id, i) => {
        if (folded > 0 && i > 3 && i <= 3 + folded && id !== topology.self) return null;
        const node = nodes.get(id);
        const next = route[i + 1];
        const edge = next === undefined ? undefined : edges.get(linkKey(id, next));
        const [here, there] = edge && next ? [claim(edge, id), claim(edge, next)] : [];
        const colour = (quality: keyof typeof qualityLevel | undefined) =>
          quality ? `var(--q${qualityLevel[quality]})` : next === undefined && backend?.reached ? 'var(--ink)' : 'var(--off)';
        const glyph: GlyphName = node?.gateway ? 'gateway' : id === topology.self ? 'you' : 'node';
        const name = id === topology.self ? frameStrings.you : (node?.name ?? id.slice(0, 6));
        const detail = next === undefined ? (node?.gateway ? homeStrings.way.gateway : '') : here ? short(here.costMs) : frameStrings.notKnown;
        return (
          <li
            key={id}
            data-testid="path-node"
            data-node={id}
            style={{ '--a': colour(here?.quality), '--b': colour(there?.quality ?? here?.quality) } as React.CSSProperties}
          >
            <Glyph name={glyph} />
            <b>{name}</b>
            {detail}
            {folded > 0 && i === 3 && `, ${meshStrings.panel.throughMore('', folded, '')[1]}`}
          </li>
        );
      })}
      {backend && (
        <li>
          <Glyph name={backend.reached ? 'backend' : 'off'} />
          <b>{homeStrings.way.backend}</b>
          {backend.words}
        </li>
      )}
    </ol>
  );
}
