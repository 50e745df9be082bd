'use client';
import { useState } from 'react';
import { useLog } from '../live/feeds.ts';
import { clockMinute, clockSecond, dayAndMinute, short } from '../strings/format.ts';
import { homeStrings } from '../strings/home.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Section } from '../ui/parts.tsx';
import { type LogLine, type LogMark, type LogStory, logStories } from './log.ts';
import { TimelineChart } from './timeline.tsx';

const glyphs = { healed: 'well', 'going-on': 'off', event: 'off', 'needs-you': 'warn' } as const satisfies Record<LogMark, string>;
/** Lines at first, and entries that are asked for: several of them can be one line, and the timeline wants all of a day. */
const [linesAtFirst, entriesMax] = [8, 200];

/** What happened to the mesh, newest first, with how long it took to heal. `dayStart`: older entries carry their day. */
export function LogSection({ dayStart, dayEnd, timeZone }: { dayStart: number | undefined; dayEnd: number | undefined; timeZone: string | undefined }) {
  const [all, setAll] = useState(false);
  const log = useLog(entriesMax);
  if (!log) return null;
  const stories = logStories(log.entries);
  const lines = all ? stories : stories.slice(0, linesAtFirst);
  return (
    <Section
      id="log"
      title={homeStrings.log.title}
      aside={
        (all || stories.length > linesAtFirst) && (
          <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? homeStrings.log.fewer : homeStrings.log.more}
          </button>
        )
      }
    >
      {dayStart !== undefined && dayEnd !== undefined && (
        <TimelineChart entries={log.entries} at={log.at} dayStart={dayStart} dayEnd={dayEnd} timeZone={timeZone} />
      )}
      {lines.length === 0 ? (
        <p className="sm">{homeStrings.log.none}</p>
      ) : (
        <ol className="log" data-testid="log">
          {lines.map((line) => (
            <li key={line.id} data-mark={line.mark}>
              <When line={line} dayStart={dayStart} timeZone={timeZone} />
              {line.mark === 'event' ? <Dot /> : <Glyph name={glyphs[line.mark]} />}
              <span className="min-w-0 wrap-anywhere">
                {line.text}
                {line.parts.length > 1 && <Parts story={line} timeZone={timeZone} />}
              </span>
              <span className="dur">{line.healedMs !== undefined ? short(line.healedMs) : line.mark === 'going-on' ? homeStrings.log.goingOn : ''}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function When({ line, dayStart, timeZone }: { line: LogLine; dayStart: number | undefined; timeZone: string | undefined }) {
  return (
    <time dateTime={new Date(line.at).toISOString()}>
      {dayStart !== undefined && line.at < dayStart ? dayAndMinute(line.at, timeZone) : clockMinute(line.at, timeZone)}
    </time>
  );
}

/** What was folded into one line, each for itself. */
function Parts({ story, timeZone }: { story: LogStory; timeZone: string | undefined }) {
  return (
    <details className="parts">
      <summary>{homeStrings.log.each(story.parts.length)}</summary>
      <ol>
        {story.parts.map((part) => (
          <li key={part.id}>
            <time dateTime={new Date(part.at).toISOString()}>{clockSecond(part.at, timeZone)}</time> {part.text}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Dot() {
  return (
    <svg className="g" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="4" fill="var(--edge)" />
    </svg>
  );
}
