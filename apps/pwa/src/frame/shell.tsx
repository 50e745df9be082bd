'use client';
import { usePathname } from 'next/navigation';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { frameStrings } from '../strings/frame.ts';
import { language } from '../strings/language.ts';
import { saidReady } from '../strings/said.ts';
import { settingsStrings } from '../strings/settings.ts';
import { Failsafe } from './failed.tsx';
import { loaders, pages } from './pages.ts';
import { isBare, placeOf, places } from './places.ts';
import { Tabs } from './tabs.tsx';
import { useFrameStrings } from './words.ts';

/**
 * The page is drawn as a frame, which is in the HTML and wakes up with little code; session, live data and the page's own code are asked
 * for at once beside it, before React begins.
 */
const inside = () => Promise.all([import('./inside.tsx'), saidReady]).then(([module]) => module);
const Inside = lazy(() => inside().then((module) => ({ default: module.Inside })));
if (typeof location !== 'undefined') {
  // What fails here fails again where it is used, and is told there.
  for (const load of [inside, loaders[placeOf(location.pathname)]]) load?.().catch(() => {});
}

/** Around every page. `children` is what Next shows for an address that is no page. */
export function Shell({ children }: { children: ReactNode }) {
  const path = placeOf(usePathname());
  useArrival(path);
  useLanguage(path);
  const { skip } = useFrameStrings();
  return (
    <>
      <a className="skip" href="#main">
        {skip}
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

function titleOf(path: string): string {
  const place = places.find(({ href }) => href === path);
  const title = titles[path] ?? (place && frameStrings.nav[place.name]) ?? partTitles[path.slice('/settings/'.length)];
  return title ? `${title} · ${frameStrings.app}` : frameStrings.app;
}

/** A page that came without loading anew: its title, from its top, and for a screen reader its content. */
function useArrival(path: string) {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.title = titleOf(path);
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
}

/** The document as exported is English, with an English title, which its own part of the page writes whenever it wakes up: maybe after this. */
function useLanguage(path: string) {
  useEffect(() => {
    if (language === 'en') return;
    document.documentElement.lang = language;
    const speak = () => {
      const title = titleOf(path);
      if (document.title !== title) document.title = title;
    };
    speak();
    const watch = new MutationObserver(speak);
    watch.observe(document.head, { childList: true, characterData: true, subtree: true });
    return () => watch.disconnect();
  }, [path]);
}
