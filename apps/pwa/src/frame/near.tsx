'use client';
import { useNow } from '../live/clock.ts';
import { useNearby } from '../live/feeds.ts';
import { frameStrings } from '../strings/frame.ts';
import { Glyph } from '../ui/glyph.tsx';
import { useNodeState } from './node-state.tsx';

/** In the rail: the nodes that this one sees on its own network, and where this page comes from. */
export function Near() {
  const { link } = useNodeState();
  const nearby = useNearby(link.at === 'live');
  const now = useNow();
  const nodes = nearby?.nodes.slice(0, 5) ?? [];
  return (
    <div className="near">
      <h2>{frameStrings.nav.nearby}</h2>
      <ul>
        {nodes.length === 0 && <li>{frameStrings.nav.noNearby}</li>}
        {nodes.map((node) => (
          <li key={`${node.id}${node.host}${node.port}`}>
            <Glyph name={now - node.lastSeen < 120_000 ? 'well' : 'off'} />
            <a href={nodeUrl(node)}>{node.name}</a>
          </li>
        ))}
      </ul>
      <p className="mt-2.5">{location.host}</p>
    </div>
  );
}

export const nodeUrl = (node: { addresses: readonly string[]; host: string; port: number }): string => {
  const address = node.addresses.find((candidate) => !candidate.includes(':')) ?? node.host;
  return `http://${address}:${node.port}/`;
};
