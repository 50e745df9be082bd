'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { go } from '../frame/places.ts';
import { PlainTop } from '../frame/plain-top.tsx';
import { useBrowserNow } from '../live/clock.ts';
import { useNearby } from '../live/feeds.ts';
import { useHere } from '../live/providers.tsx';
import { age } from '../strings/format.ts';
import { phoneStrings } from '../strings/phone.ts';
import { Glyph } from '../ui/glyph.tsx';
import { OtherLanguage } from '../ui/other-language.tsx';
import { Chevron, Section } from '../ui/parts.tsx';
import { InstallSection } from './install-section.tsx';
import { useLine } from './line-context.ts';
import { lineWords } from './line-words.ts';
import { NodeInApp } from './node-in-app.tsx';
import { choose, type Paired, removePaired } from './paired.ts';
import { UpdateBand } from './update-band.tsx';
import { useOnline } from './use-online.ts';

const words = phoneStrings.phone.nodes;

/** All nodes of this phone: by which way each is reached, or why not. */
export function NodesPage({ nodes }: { nodes: readonly Paired[] }) {
  return (
    <div className="app-bare">
      <PlainTop>
        <OtherLanguage />
      </PlainTop>
      <UpdateBand />
      <main id="main" className="main" tabIndex={-1} data-testid="nodes">
        <h1 className="say">
          {words.say(nodes.length).map((clause) => (
            <span key={clause}>
              <span className="nw">{clause}</span>{' '}
            </span>
          ))}
        </h1>
        {nodes.length === 0 && <p className="lede">{words.lede}</p>}
        {nodes.length > 0 && (
          <Section id="paired" title={words.list}>
            <ul className="ruled">
              {nodes.map((paired) => (
                <li key={paired.node}>
                  <NodeInApp paired={paired}>
                    <NodeRow paired={paired} />
                  </NodeInApp>
                </li>
              ))}
            </ul>
          </Section>
        )}
        <button type="button" className={nodes.length === 0 ? 'big' : 'big alt'} onClick={() => go('/pair')}>
          <b>{words.add}</b>
          <span>{words.addNext}</span>
          <Chevron />
        </button>
        <InstallSection />
      </main>
    </div>
  );
}

function NodeRow({ paired }: { paired: Paired }) {
  const { trpc, contact } = useHere();
  const { line, state } = useLine();
  const now = useBrowserNow();
  const said = lineWords(state, now, useOnline());
  const [removing, setRemoving] = useState(false);
  const { refetch, isFetching } = useQuery({
    queryKey: ['card'],
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const card = await trpc.card.query(undefined, { signal });
      contact.tellTime(card.at, askedAt);
      return card;
    },
    refetchInterval: 10_000,
  });
  const heardAt = contact.state().heardAt ?? paired.heardAt;
  const permission = state.at === 'up' && state.way.at === 'hub' && state.direct === 'permission-open';
  return (
    <>
      <button type="button" className="noderow" onClick={() => open(paired.node)}>
        <span className={said.good ? 'plate' : 'plate off'}>
          <span>{paired.name}</span>
        </span>
        <span className="sm">{paired.community}</span>
        <Chevron />
      </button>
      <p className="noderow-line" data-testid="line" data-way={state.at === 'up' ? state.way.at : state.at}>
        <Glyph name={state.at === 'up' ? 'well' : state.at === 'asking' ? 'off' : 'warn'} />
        <b>{said.say}</b>
        <span className="sm">{heardAt === undefined ? words.never : words.heard(age(now - heardAt))}</span>
      </p>
      {said.next && <p className="sm">{said.next}</p>}
      <div className="row">
        {permission && (
          <button
            type="button"
            className="btn"
            onClick={() => {
              line?.askForLocalNetwork();
              void refetch();
            }}
          >
            {words.allow}
          </button>
        )}
        {!said.good && (
          <button type="button" className="btn" disabled={isFetching} onClick={() => void refetch()}>
            {words.again}
          </button>
        )}
        {!removing && (
          <button type="button" className="more" onClick={() => setRemoving(true)}>
            {words.remove}
          </button>
        )}
      </div>
      {removing && (
        <div className="note" role="alertdialog" aria-label={words.remove}>
          <b>{words.removed(paired.name)}</b>
          <div className="row">
            <button
              type="button"
              className="btn"
              onClick={() => {
                // The node is told if it can be reached; here it is gone whatever it says.
                trpc.phones.leave.mutate().catch(() => {});
                void removePaired(paired.node);
              }}
            >
              {words.yes}
            </button>
            <button type="button" className="btn" onClick={() => setRemoving(false)}>
              {words.no}
            </button>
          </div>
        </div>
      )}
      {state.at === 'up' && <NearbyNodes name={paired.name} />}
    </>
  );
}

function open(node: string): void {
  choose(node);
  go('/');
}

/** Pages cannot look around in the local network; the node can, and tells whom it sees. */
function NearbyNodes({ name }: { name: string }) {
  const nodes = useNearby(true)?.nodes;
  if (!nodes) return null;
  return (
    <details className="nearby" data-testid="nearby">
      <summary>
        {words.nearby} <span className="sm">{words.nearbyFrom(name)}</span>
      </summary>
      {nodes.length === 0 ? (
        <p className="sm">{words.nearbyNone(name)}</p>
      ) : (
        <>
          <ul>
            {nodes.map((node) => (
              <li key={node.id}>
                {node.name} <span className="sm">{[words.states[node.state] ?? node.state, `${node.addresses[0] ?? node.host}:${node.port}`].join(', ')}</span>
              </li>
            ))}
          </ul>
          <p className="sm">{words.nearbyNext}</p>
        </>
      )}
    </details>
  );
}
