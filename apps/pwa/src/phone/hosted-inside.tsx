'use client';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { isBare } from '../frame/places.ts';
import { PlainTop } from '../frame/plain-top.tsx';
import { Tabs } from '../frame/tabs.tsx';
import { HostedBar } from './hosted-bar.tsx';
import { NodeInApp } from './node-in-app.tsx';
import { chosenNode, onPairedChange, type Paired, pairedNodes } from './paired.ts';
import { startShell } from './shell.ts';

const Nodes = lazy<ComponentType<{ nodes: readonly Paired[] }>>(() => import('./nodes-page.tsx').then((module) => ({ default: module.NodesPage })));
const Pair = lazy<ComponentType>(() => import('./pair-page.tsx').then((module) => ({ default: module.PairPage })));

/** The app, in place of a node's own page: nodes that this phone is paired with, and the pages of the one that was chosen. */
export function HostedInside({ path, children }: { path: string; children: ReactNode }) {
  const nodes = usePaired();
  useEffect(startShell, []);
  if (!nodes) return isBare(path) ? null : <PlainTop />;
  if (path === '/pair')
    return (
      <Suspense>
        <Pair />
      </Suspense>
    );
  const chosen = nodes.find(({ node }) => node === chosenNode()) ?? (nodes.length === 1 ? nodes[0] : undefined);
  // What wants the passphrase is on the node's own page alone.
  if (!chosen || path === '/nodes' || path === '/login' || path === '/setup' || path.startsWith('/settings'))
    return (
      <Suspense>
        <Nodes nodes={nodes} />
      </Suspense>
    );
  return (
    <NodeInApp key={chosen.node} paired={chosen}>
      <Tabs current={path} />
      <div className="app">
        <HostedBar />
        {children}
      </div>
    </NodeInApp>
  );
}

/** Undefined: not read yet. */
function usePaired(): readonly Paired[] | undefined {
  const [nodes, setNodes] = useState<readonly Paired[]>();
  useEffect(() => {
    const read = (): void => void pairedNodes().then(setNodes, () => setNodes([]));
    read();
    return onPairedChange(read);
  }, []);
  return nodes;
}
