'use client';
import dynamic from 'next/dynamic';
import { useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import { Bands } from '../frame/bands.tsx';
import { Page, PlateBar } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNeighboursFeed, useTopologyFeed } from '../live/feeds.ts';
import type { TopologyView } from '../live/model.ts';
import { strings } from '../strings/index.ts';
import { Age, Say } from '../ui/parts.tsx';
import { AloneStage } from './alone-stage.tsx';
import { forceNodesMax } from './arrange.ts';
import { Find } from './find.tsx';
import { MeshList } from './list.tsx';
import { Panel } from './panel.tsx';
import type { Selection } from './scene.ts';
import { Sheet } from './sheet.tsx';

/** d3 comes with the map, not with the page. */
const Graph = dynamic(() => import('./graph.tsx').then((module) => module.Graph), { ssr: false });

const words = strings.mesh;
const idPattern = /^[0-9a-f]{16}$/;
const linkPattern = /^[0-9a-f]{16}-[0-9a-f]{16}$/;

/** Selection and view live in the address: every node and link has one. */
function useAddress() {
  const parameters = useSearchParams();
  const [node, link, view] = [parameters.get('node'), parameters.get('link'), parameters.get('view')];
  const selection = useMemo<Selection>(() => {
    if (node && idPattern.test(node)) return { node };
    if (link && linkPattern.test(link)) return { link: link.split('-').toSorted().join('-') };
    return undefined;
  }, [node, link]);
  const go = (to: { selection: Selection; list: boolean }) => {
    const query = new URLSearchParams();
    if (to.list) query.set('view', 'list');
    if (to.selection && 'node' in to.selection) query.set('node', to.selection.node);
    if (to.selection && 'link' in to.selection) query.set('link', to.selection.link);
    const address = query.size > 0 ? `/mesh?${query}` : '/mesh';
    // The way back leads out of a selection once, not through every node looked at.
    if (selection && to.selection) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
  };
  return { selection, list: view === 'list', go };
}

export function Mesh() {
  const { past, card, status } = useNodeState();
  const topology = useTopologyFeed();
  const neighbours = useNeighboursFeed();
  const { selection, list, go } = useAddress();
  const onSelect = (next: Selection) => go({ selection: next, list });
  if (!topology) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: strings.say.asking(status?.node.name ?? card?.name) }] }} />
      </Page>
    );
  }
  const counts = <Counts topology={topology} />;
  const tools = (
    <div className="tools">
      <Find nodes={topology.nodes} self={topology.self} onPick={(id) => onSelect({ node: id })} />
      <div className="seg" role="group" aria-label={words.view}>
        <button type="button" aria-pressed={!list} onClick={() => go({ selection, list: false })}>
          {words.graph}
        </button>
        <button type="button" aria-pressed={list} onClick={() => go({ selection, list: true })}>
          {words.list}
        </button>
      </div>
    </div>
  );
  if (list) {
    return (
      <Page>
        <h1 className="vh">{strings.nav.mesh}</h1>
        {counts}
        {tools}
        <MeshList topology={topology} neighbours={neighbours} selection={selection} onSelect={onSelect} />
      </Page>
    );
  }
  const alone = topology.nodes.length < 2;
  return (
    <div className={past ? 'mesh past' : 'mesh'}>
      <header className="contents">
        <PlateBar />
        <Bands />
      </header>
      <main id="main" className="contents">
        <h1 className="vh">{strings.nav.mesh}</h1>
        {counts}
        {tools}
        {alone ? (
          <AloneStage community={status?.node.community ?? ''} />
        ) : (
          <>
            <div className="stage">
              <Graph topology={topology} selection={selection} onSelect={onSelect} />
            </div>
            <Sheet
              first={selection === undefined || topology.nodes.length > forceNodesMax ? 'peek' : 'half'}
              subject={selection === undefined ? '' : 'node' in selection ? selection.node : selection.link}
              closable={selection !== undefined}
              onClose={() => onSelect(undefined)}
            >
              {(head) => <Panel topology={topology} neighbours={neighbours} selection={selection} onSelect={onSelect} head={head} />}
            </Sheet>
          </>
        )}
      </main>
    </div>
  );
}

function Counts({ topology }: { topology: TopologyView }) {
  const online = topology.nodes.filter((node) => node.online);
  const parts = [
    words.counts.online(online.length, topology.nodes.length),
    words.counts.devices(online.reduce((sum, node) => sum + node.devices, 0)),
    words.counts.gateways(online.filter((node) => node.gateway).length),
  ];
  return (
    <p className="counts" data-testid="mesh-counts" data-nodes={topology.nodes.length} data-online={online.length} data-links={topology.edges.length}>
      {parts.map(({ figure, rest }) => (
        <span key={rest}>
          <b className="figure">{figure}</b>
          {rest} ·{' '}
        </span>
      ))}
      <Age at={topology.at} />
    </p>
  );
}
