'use client';
import { usePathname } from 'next/navigation';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Providers, useSession } from '../live/providers.tsx';
import { frameStrings } from '../strings/en/frame.ts';
import { Tabs } from './frame.tsx';
import { NodeStateProvider } from './node-state.tsx';
import { go, placeOf, places } from './places.ts';

const loaders: Readonly<Record<string, () => Promise<ComponentType>>> = {
  '/': () => import('../home/home.tsx').then((module) => module.Home),
  '/mesh': () => import('../mesh/mesh.tsx').then((module) => module.Mesh),
  '/traffic': () => import('../traffic/traffic.tsx').then((module) => module.Traffic),
  '/login': () => import('../session/login-page.tsx').then((module) => module.Login),
};
const pages = Object.fromEntries(Object.entries(loaders).map(([path, load]) => [path, lazy(() => load().then((page) => ({ default: page })))]));

/** An extra: a node that goes silent before it has come takes nothing else along. */
const Near = lazy<ComponentType>(() =>
  import('./near.tsx').then(
    (module): { default: ComponentType } => ({ default: module.Near }),
    (): { default: ComponentType } => ({ default: () => null }),
  ),
);
const near = (
  <Suspense>
    <Near />
  </Suspense>
);

/**
 * Around every page: the bar or rail, the providers, and the way to the log-in when there is no session. `children` is the page that the
 * browser loaded; the others come in beside it.
 */
export function Shell({ children }: { children: ReactNode }) {
  const path = placeOf(usePathname());
  const [entry] = useState(path);
  useArrival(path);
  const Other = path === entry ? undefined : pages[path];
  const page = Other ? (
    <Suspense>
      <Other />
    </Suspense>
  ) : (
    children
  );
  return (
    <>
      <a className="skip" href="#main">
        {frameStrings.skip}
      </a>
      {/* One place for both, so that the session and the reason of its end live on over the way to the log-in. */}
      <Providers fallback={path === '/login' ? null : <Tabs current={path} />}>
        {path === '/login' || !pages[path] ? page : <Gate path={path}>{page}</Gate>}
      </Providers>
    </>
  );
}

/** A page that came without loading anew: its title, from its top, and for a screen reader its content. */
function useArrival(path: string) {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const title = path === '/login' ? frameStrings.titles.login : places.find(({ href }) => href === path)?.title;
    document.title = title ? `${title} · ${frameStrings.app}` : frameStrings.app;
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
}

/** The other pages and parts are fetched while the node is there, so that they open when it is not. */
function usePreload(ready: boolean) {
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => {
      const parts = [
        import('../home/lower.tsx'),
        import('../traffic/body.tsx'),
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

function Gate({ path, children }: { path: string; children: ReactNode }) {
  const session = useSession();
  useEffect(() => {
    if (!session) go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }, [session]);
  usePreload(session !== undefined);
  if (!session) return <Tabs current={path} />;
  return (
    <NodeStateProvider>
      <Tabs current={path} near={near} />
      <div className="app">{children}</div>
    </NodeStateProvider>
  );
}
