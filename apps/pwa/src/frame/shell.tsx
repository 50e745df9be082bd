'use client';
import { usePathname, useRouter } from 'next/navigation';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Providers, useSession } from '../live/providers.tsx';
import { frameStrings } from '../strings/en/frame.ts';
import { places, Tabs } from './frame.tsx';
import { NodeStateProvider } from './node-state.tsx';

/** Around every page: the bar or rail, the providers, and the way to the log-in when there is no session. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname();
  if (path === '/login') return <Providers fallback={null}>{children}</Providers>;
  return (
    <>
      <a className="skip" href="#main">
        {frameStrings.skip}
      </a>
      <Providers fallback={<Tabs current={path} />}>
        <Gate path={path}>{children}</Gate>
      </Providers>
    </>
  );
}

const Near = lazy(() => import('./near.tsx').then((module) => ({ default: module.Near })));
const near = (
  <Suspense>
    <Near />
  </Suspense>
);

/** The other pages and parts are fetched while the node is there, so that they open when it is not. */
function usePreload(ready: boolean) {
  const router = useRouter();
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => {
      for (const { href } of places) router.prefetch(href);
      void Promise.allSettled([
        import('../home/lower.tsx'),
        import('../traffic/body.tsx'),
        import('../mesh/stage.tsx'),
        import('../mesh/list.tsx'),
        import('../mesh/find.tsx'),
      ]);
    }, preloadAfterMs);
    return () => clearTimeout(timer);
  }, [ready, router]);
}
const preloadAfterMs = 1500;

function Gate({ path, children }: { path: string; children: ReactNode }) {
  const session = useSession();
  const router = useRouter();
  useEffect(() => {
    if (!session) router.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }, [session, router]);
  usePreload(session !== undefined);
  if (!session) return <Tabs current={path} />;
  return (
    <NodeStateProvider>
      <Tabs current={path} near={near} />
      <div className="app">{children}</div>
    </NodeStateProvider>
  );
}
