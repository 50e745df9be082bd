'use client';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';
import { Providers, useSession } from '../live/providers.tsx';
import { strings } from '../strings/index.ts';
import { Near, Tabs } from './frame.tsx';
import { NodeStateProvider } from './node-state.tsx';

/** Around every page: the bar or rail, the providers, and the way to the log-in when there is no session. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname();
  if (path === '/login') return <Providers fallback={null}>{children}</Providers>;
  return (
    <>
      <a className="skip" href="#main">
        {strings.skip}
      </a>
      <Providers fallback={<Tabs current={path} />}>
        <Gate path={path}>{children}</Gate>
      </Providers>
    </>
  );
}

function Gate({ path, children }: { path: string; children: ReactNode }) {
  const session = useSession();
  const router = useRouter();
  useEffect(() => {
    if (!session) router.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }, [session, router]);
  if (!session) return <Tabs current={path} />;
  return (
    <NodeStateProvider>
      <Tabs current={path} near={<Near />} />
      <div className="app">{children}</div>
    </NodeStateProvider>
  );
}
