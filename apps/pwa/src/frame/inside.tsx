'use client';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useSyncExternalStore } from 'react';
import { Providers, useHere, useSession } from '../live/providers.tsx';
import { hosted } from '../phone/hosted.ts';
import { Failsafe } from './failed.tsx';
import { NearLater } from './near-later.tsx';
import { NodeStateProvider, useNodeState } from './node-state.tsx';
import { loaders, pages } from './pages.ts';
import { go, isBare } from './places.ts';
import { Tabs } from './tabs.tsx';

/** Everything that needs the browser and the node: session, live data, and the page itself. */
export function Inside({ path }: { path: string }) {
  const Page = pages[path];
  const page = Page && (
    <Failsafe path={path}>
      <Suspense>
        <Page />
      </Suspense>
    </Failsafe>
  );
  const away = useSyncExternalStore(never, hosted, () => undefined);
  // As the exported page has it, until it is known where this page comes from.
  if (away === undefined) return isBare(path) ? null : <Tabs current={path} />;
  if (away) return <HostedInside path={path}>{page}</HostedInside>;
  return (
    // One place for all pages, so that the session and the reason of its end live on over the way to the log-in.
    <Providers fallback={isBare(path) ? null : <Tabs current={path} />}>{path === '/login' ? page : <Gate path={path}>{page}</Gate>}</Providers>
  );
}

const never = () => () => {};
const HostedInside = lazy<ComponentType<{ path: string; children: ReactNode }>>(() =>
  import('../phone/hosted-inside.tsx').then((module) => ({ default: module.HostedInside })),
);

function Gate({ path, children }: { path: string; children: ReactNode }) {
  const session = useSession();
  useEffect(() => {
    // Once: development runs effects twice, and the second time the address is the log-in's.
    if (!session && location.pathname !== '/login') go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }, [session]);
  usePreload(session !== undefined);
  if (!session) return isBare(path) ? null : <Tabs current={path} />;
  if (isBare(path)) return <NodeStateProvider>{children}</NodeStateProvider>;
  return (
    <NodeStateProvider>
      {path === '/' && <ToSetup />}
      <Tabs current={path} near={<NearLater />} />
      <div className="app">{children}</div>
    </NodeStateProvider>
  );
}

/** A node that is not set up yet: on with it, where it was left. */
function ToSetup() {
  const { trpc } = useHere();
  const open = useNodeState().card?.setup === 'open';
  // The card may be of before the claim.
  const { data } = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => trpc.setup.get.query(undefined, { signal }), enabled: open });
  const unfinished = open && data !== undefined && data.step !== 'done';
  useEffect(() => {
    if (unfinished) go('/setup', { replace: true });
  }, [unfinished]);
  return null;
}

/** The other pages and parts are fetched while the node is there, so that they open when it is not. */
function usePreload(ready: boolean) {
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => {
      const parts = [
        import('../home/lower.tsx'),
        import('../traffic/body.tsx'),
        import('../earnings/body.tsx'),
        import('../earnings/rules/rules.tsx'),
        import('../earnings/wallet/sheets.tsx'),
        import('../mesh/stage.tsx'),
        import('../mesh/list.tsx'),
        import('../mesh/find.tsx'),
      ];
      void Promise.allSettled([...Object.values(loaders).map((load) => load()), ...parts]);
    }, preloadAfterMs);
    return () => clearTimeout(timer);
  }, [ready]);
}
const preloadAfterMs = 800;
