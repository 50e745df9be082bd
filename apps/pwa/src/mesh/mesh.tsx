'use client';
import { useSearchParams } from 'next/navigation';
import { Fragment, lazy, Suspense, useMemo } from 'react';
import { Bands } from '../frame/bands.tsx';
import { Page, PlateBar } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { go as goTo } from '../frame/places.ts';
import { useNeighboursFeed, useRadioFeed, useTopologyFeed } from '../live/feeds.ts';
import type { TopologyView } from '../live/model.ts';
import { frameStrings } from '../strings/frame.ts';
import { meshStrings } from '../strings/mesh.ts';
import { Age, Say } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import type { Selection } from './scene.ts';

/** d3 comes with the map, not with the page; so does the list. */
const Stage = lazy(() => import('./stage.tsx').then((module) => ({ default: module.Stage })));
const MeshList = lazy(() => import('./list.tsx').then((module) => ({ default: module.MeshList })));
const Find = lazy(() => import('./find.tsx').then((module) => ({ default: module.Find })));

const words = meshStrings.mesh;
const idPattern = /^[0-9a-f]{16}$/;
const linkPattern = /^[0-9a-f]{16}-[0-9a-f]{16}$/;

type View = 'graph' | 'list' | 'radio';

/** Selection and view live in the address: every node and link has one. */
function useAddress() {
  const parameters = useSearchParams();
  const [node, link, view] = [parameters.get('node'), parameters.get('link'), parameters.get('view')];
  const byPlace = parameters.get('by') === 'place';
  const selection = useMemo<Selection>(() => {
    if (node && idPattern.test(node)) return { node };
    if (link && linkPattern.test(link)) return { link: link.split('-').toSorted().join('-') };
    return undefined;
  }, [node, link]);
  const go = (to: { selection: Selection; view: View; byPlace?: boolean }) => {
    const query = new URLSearchParams();
    if (to.view !== 'graph') query.set('view', to.view);
    if (to.selection && 'node' in to.selection) query.set('node', to.selection.node);
    if (to.selection && 'link' in to.selection) query.set('link', to.selection.link);
    if (to.byPlace ?? byPlace) query.set('by', 'place');
    const address = query.size > 0 ? `/mesh?${query}` : '/mesh';
    // The way back leads out of a selection once, not through every node looked at.
    goTo(address, { replace: to.byPlace !== undefined || (selection !== undefined && to.selection !== undefined) });
  };
  const shown: View = view === 'list' || view === 'radio' ? view : 'graph';
  return { selection, view: shown, byPlace, go };
}

export function Mesh() {
  const { past, card, status } = useNodeState();
  const topology = useTopologyFeed();
  const neighbours = useNeighboursFeed();
  const radio = useRadioFeed();
  const { selection, view, byPlace, go } = useAddress();
  const onSelect = (next: Selection) => go({ selection: next, view });
  if (!topology) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: frameStrings.say.asking(status?.node.name ?? card?.name) }] }} />
      </Page>
    );
  }
  const counts = <Counts topology={topology} />;
  const tools = (
    <div className="tools">
      <Suspense fallback={<div className="find" />}>
        <Find nodes={topology.nodes} self={topology.self} onPick={(id) => onSelect({ node: id })} />
      </Suspense>
      <Seg
        label={words.view}
        value={view}
        options={[
          { value: 'graph', label: words.graph },
          { value: 'list', label: words.list },
          { value: 'radio', label: words.radio },
        ]}
        // The radio has a panel of its own, which a selection would cover.
        onChange={(next) => go({ selection: next === 'radio' ? undefined : selection, view: next })}
      />
    </div>
  );
  if (view === 'list') {
    return (
      <Page>
        <h1 className="vh">{frameStrings.nav.mesh}</h1>
        {counts}
        {tools}
        <Suspense>
          <MeshList topology={topology} neighbours={neighbours} radio={radio} selection={selection} onSelect={onSelect} />
        </Suspense>
      </Page>
    );
  }
  return (
    <div className={past ? 'mesh past' : 'mesh'}>
      <header className="contents">
        <PlateBar />
        <Bands />
      </header>
      <main id="main" className="contents" tabIndex={-1}>
        <h1 className="vh">{frameStrings.nav.mesh}</h1>
        {counts}
        {tools}
        <Suspense fallback={<div className="stage" />}>
          <Stage
            topology={topology}
            neighbours={neighbours}
            radio={radio}
            layer={view === 'radio'}
            selection={selection}
            onSelect={onSelect}
            community={status?.node.community ?? ''}
            byPlace={byPlace}
            onByPlace={(next) => go({ selection, view, byPlace: next })}
          />
        </Suspense>
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
        <Fragment key={rest}>
          <span className="nw">
            <b className="figure">{figure}</b>
            {rest} ·
          </span>{' '}
        </Fragment>
      ))}
      <Age at={topology.at} />
    </p>
  );
}
