'use client';
import type { ReactNode } from 'react';
import type { Saying } from '../home/sentence.ts';
import { useNow } from '../live/clock.ts';
import type { Quality } from '../live/model.ts';
import { qualityLevel } from '../mesh/quality.ts';
import { age } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';

/** How old a figure is, counted on. `at` is the node's time. */
export function Age({ at }: { at: number | undefined }) {
  const now = useNow();
  return at === undefined ? null : <time dateTime={new Date(at).toISOString()}>{age(now - at)}</time>;
}

export function Say({ saying }: { saying: Saying }) {
  return (
    <>
      <h1 className="say" data-testid="status-sentence">
        {saying.clauses.map((clause, i) => (
          // The clauses of a sentence have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <span key={i}>
            <span className={clause.past ? 'nw past' : 'nw'}>
              {clause.figure && (
                <span data-testid={clause.figure.name} data-value={clause.figure.value}>
                  {clause.figure.text}
                </span>
              )}
              {clause.text}
            </span>{' '}
          </span>
        ))}
      </h1>
      {saying.lede && <p className="lede">{saying.lede}</p>}
    </>
  );
}

export function Section({ id, title, aside, children }: { id?: string; title: string; aside?: ReactNode; children: ReactNode }) {
  const heading = `${id ?? title.replaceAll(' ', '-').toLowerCase()}-heading`;
  return (
    <section id={id} aria-labelledby={heading}>
      <div className="sh">
        <h2 id={heading}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export function Bars({ quality, thin = false }: { quality: Quality; thin?: boolean }) {
  return (
    <span className={`bars q${qualityLevel[quality]}${thin ? ' thin' : ''}`} aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </span>
  );
}

export const qualityWord = (quality: Quality | undefined): string => (quality ? frameStrings.quality[quality] : frameStrings.quality.none);

export function Chevron() {
  return (
    <svg width="10" height="16" viewBox="0 0 10 16" aria-hidden="true">
      <path d="M1.5 1.5 8 8l-6.5 6.5" fill="none" stroke="currentColor" strokeWidth="2" />
    </svg>
  );
}
