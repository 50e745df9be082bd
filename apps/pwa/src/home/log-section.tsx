'use client';
import { useState } from 'react';
import { useLog } from '../live/feeds.ts';
import { homeStrings } from '../strings/en/home.ts';
import { clockMinute, dayAndMinute, short } from '../strings/format.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Section } from '../ui/parts.tsx';
import { type LogMark, logLine } from './log.ts';

const glyphs = { healed: 'well', 'going-on': 'off', event: 'off', 'needs-you': 'warn' } as const satisfies Record<LogMark, string>;
const [few, many] = [8, 50];

/** What happened to the mesh, newest first, with how long it took to heal. `dayStart`: older entries carry their day. */
export function LogSection({ dayStart, timeZone }: { dayStart: number | undefined; timeZone: string | undefined }) {
  const [limit, setLimit] = useState(few);
  const log = useLog(limit);
  if (!log) return null;
  const lines = log.entries.map((entry, i) => logLine(entry, log.entries.slice(0, i)));
  return (
    <Section
      id="log"
      title={homeStrings.log.title}
      aside={
        limit === few &&
        lines.length >= few && (
          <button type="button" className="more" onClick={() => setLimit(many)}>
            {homeStrings.log.more}
          </button>
        )
      }
    >
      {lines.length === 0 ? (
        <p className="sm">{homeStrings.log.none}</p>
      ) : (
        <ol className="log" data-testid="log">
          {lines.map((line) => (
            <li key={line.id} data-mark={line.mark}>
              <time dateTime={new Date(line.at).toISOString()}>
                {dayStart !== undefined && line.at < dayStart ? dayAndMinute(line.at, timeZone) : clockMinute(line.at, timeZone)}
              </time>
              {line.mark === 'event' ? <Dot /> : <Glyph name={glyphs[line.mark]} />}
              <span className="min-w-0 wrap-anywhere">{line.text}</span>
              <span className="dur">{line.healedMs !== undefined ? short(line.healedMs) : line.mark === 'going-on' ? homeStrings.log.goingOn : ''}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function Dot() {
  return (
    <svg className="g" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="4" fill="var(--edge)" />
    </svg>
  );
}
