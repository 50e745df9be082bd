'use client';
import { usePathname } from 'next/navigation';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { frameStrings } from '../strings/en/frame.ts';
import { settingsStrings } from '../strings/en/settings.ts';
import { Failsafe } from './failed.tsx';
import { loaders, pages } from './pages.ts';
import { isBare, placeOf, places } from './places.ts';
import { Tabs } from './tabs.tsx';

/**
 * The page is drawn as a frame, which is in the HTML and wakes up with little code; session, live data and the page's own code are asked
 * for at once beside it, before React begins.
 */
const inside = () => import('./inside.tsx');
const Inside = lazy(() => inside().then((module) => ({ default: module.Inside })));
if (typeof location !== 'undefined') {
  // What fails here fails again where it is used, and is told there.
  for (const load of [inside, loaders[placeOf(location.pathname)]]) load?.().catch(() => {});
}

/** Around every page. `children` is what Next shows for an address that is no page. */
export function Shell({ children }: { children: ReactNode }) {
  const path = placeOf(usePathname());
  useArrival(path);
  return (
    <>
      <a className="skip" href="#main">
        {frameStrings.skip}
      </a>
      {pages[path] ? (
        <Failsafe
          path={path}
          around={(said) => (
            <>
              {!isBare(path) && <Tabs current={path} />}
              <div className={isBare(path) ? undefined : 'app'}>{said}</div>
            </>
          )}
        >
          <Suspense fallback={isBare(path) ? null : <Tabs current={path} />}>
            <Inside path={path} />
          </Suspense>
        </Failsafe>
      ) : (
        <>
          <Tabs current={path} />
          <div className="app">{children}</div>
        </>
      )}
    </>
  );
}

const partTitles: Readonly<Record<string, string | undefined>> = settingsStrings.settings.parts;
const { login, setup, nodes, pair } = frameStrings.titles;
const titles: Readonly<Record<string, string>> = { '/login': login, '/setup': setup, '/nodes': nodes, '/pair': pair };

/** A page that came without loading anew: its title, from its top, and for a screen reader its content. */
function useArrival(path: string) {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const title = titles[path] ?? places.find(({ href }) => href === path)?.title ?? partTitles[path.slice('/settings/'.length)];
    document.title = title ? `${title} · ${frameStrings.app}` : frameStrings.app;
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
}
