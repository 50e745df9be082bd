'use client';
import type { ReactNode } from 'react';
import { Brand } from '../ui/glyph.tsx';
import { Go } from '../ui/go.tsx';
import { places, tabOf } from './places.ts';
import { useFrameStrings } from './words.ts';

const icons: Record<(typeof places)[number]['href'], ReactNode> = {
  '/': (
    <>
      <path d="M4 11 12 4l8 7v9H4z" />
      <circle cx="12" cy="14.5" r="2.2" fill="currentColor" stroke="none" />
    </>
  ),
  '/mesh': (
    <>
      <path d="M7 17 8.5 8.5M10 7.5l6 2M8.2 18.3 15 13.5" />
      <circle cx="6.5" cy="19" r="2.4" fill="currentColor" stroke="none" />
      <circle cx="8.7" cy="6.6" r="2.4" fill="currentColor" stroke="none" />
      <path d="M15 8.5h5.5V14H15z" fill="currentColor" stroke="none" />
    </>
  ),
  '/traffic': <path d="M4 20v-5M8 20v-9M12 20V4.5M16 20v-7M20 20v-3.5" strokeWidth="2.4" />,
  '/earnings': (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 4v4M12 12l4-4" strokeWidth="2" />
    </>
  ),
  '/settings': (
    <>
      <path d="M4 8h7M17 8h3M4 16h3M13 16h7" />
      <circle cx="14" cy="8" r="2.6" />
      <circle cx="10" cy="16" r="2.6" />
    </>
  ),
};

/** The tab bar of a phone, the rail of a desktop. */
export function Tabs({ current, near }: { current: string; near?: ReactNode }) {
  const { app, nav } = useFrameStrings();
  return (
    <nav className="tabs" aria-label={nav.main}>
      <span className="brand">
        <Brand />
        {app}
      </span>
      {places.map(({ href, name }) => (
        <Go key={href} className="tab" href={href} aria-current={current === href ? 'page' : tabOf(current) === href ? 'true' : undefined}>
          <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true">
            {icons[href]}
          </svg>
          {nav[name]}
        </Go>
      ))}
      {near}
    </nav>
  );
}
