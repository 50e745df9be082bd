'use client';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { go } from '../frame/places.ts';
import type { Earnings, RewardHour } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { earningsStrings } from '../strings/earnings.ts';
import { clockMinute, clockSecond, dateAndMinute, dayName } from '../strings/format.ts';
import { Glyph, type GlyphName } from '../ui/glyph.tsx';
import { Section } from '../ui/parts.tsx';
import type { Range } from './columns.ts';
import { isEmpty, missingShare, wantsReading } from './explain.ts';
import { HourWhy } from './hour-why.tsx';
import { stroops, xlm } from './money.ts';
import { saveFile } from './save-file.ts';
import { saidOf } from './work.tsx';

const { hours: words, chart, span } = earningsStrings.earnings;

const glyphs: Readonly<Record<RewardHour['stage'], GlyphName>> = {
  running: 'pending',
  pending: 'pending',
  proved: 'proved',
  claimed: 'claimed',
  paid: 'well',
  lost: 'lost',
  unknown: 'off',
};
const listed = 200;

/** Every hour, newest first; each opens and explains itself. Those that lost something stand open. */
export function HoursSection({
  earnings,
  hours,
  limit,
  onMore,
  range,
}: {
  earnings: Earnings;
  hours: readonly RewardHour[] | undefined;
  limit: number;
  onMore: () => void;
  range: Range;
}) {
  const asked = Number(useSearchParams().get('hour') ?? Number.NaN);
  const [turned, setTurned] = useState<ReadonlyMap<number, boolean>>(new Map());
  if (!hours) return null;
  const { timeZone, ledger } = earnings;
  const isOpen = (hour: RewardHour): boolean => turned.get(hour.epoch) ?? (hour.epoch === asked || wantsReading(hour));
  const turn = (hour: RewardHour): void => {
    const open = !isOpen(hour);
    setTurned((before) => new Map(before).set(hour.epoch, open));
    // The address names the hour that was opened last, so that it can be sent to somebody.
    if (open) go(`/earnings?hour=${hour.epoch}`, { replace: true });
  };
  const shown = hours.slice(0, Math.max(limit, 1));
  return (
    <Section title={words.title} aside={<Csv earnings={earnings} range={range} />}>
      {shown.length === 0 && (
        <>
          <p className="lead">{words.none}</p>
          <p className="sm">{words.noneNext}</p>
        </>
      )}
      <ul className="hours" data-testid="hours">
        {shown.map((hour, i) => (
          <li key={hour.epoch} className={hour.stage === 'lost' ? 'ref' : undefined} data-testid="hour" data-epoch={hour.epoch} data-stage={hour.stage}>
            {dayBreak(shown[i - 1], hour, earnings)}
            <button type="button" className="hr" aria-expanded={isOpen(hour)} onClick={() => turn(hour)}>
              <span>{spanOf(hour, timeZone)}</span>
              <span className="st">
                <Glyph name={isEmpty(hour) ? 'off' : glyphs[hour.stage]} />
                {isEmpty(hour) ? words.empty : words.stages[hour.stage]}
                {missingShare(hour) > 0 && hour.stage !== 'lost' && !isEmpty(hour) ? words.inPart : ''}
              </span>
              <span className={hour.exact || hour.stage === 'claimed' ? 'amt' : 'amt soft'}>{hour.amount === undefined ? '–' : xlm(stroops(hour.amount))}</span>
              <svg className="turn" width="14" height="9" viewBox="0 0 14 9" aria-hidden="true">
                <path d="M1 1l6 6 6-6" fill="none" stroke="var(--ink2)" strokeWidth="1.8" />
              </svg>
            </button>
            {isOpen(hour) && <HourWhy hour={hour} earnings={earnings} />}
          </li>
        ))}
      </ul>
      {ledger.gaps.map(({ from, to }) => (
        <p key={from} className="note calm mt-3">
          {words.gap(dateAndMinute(from, timeZone), dateAndMinute(to, timeZone))}
        </p>
      ))}
      {hours.length >= limit && limit < listed && (
        <p className="links">
          <button type="button" className="more" onClick={onMore}>
            {words.more}
          </button>
        </p>
      )}
      {limit >= listed && <p className="sm mt-3">{words.older}</p>}
      {earnings.terms?.testHours && <p className="sm mt-3">{earningsStrings.earnings.network.hours(span(earnings.terms.epochSeconds))}</p>}
    </Section>
  );
}

/** "13:00–14:00"; of hours shorter than a minute only when they began. */
function spanOf({ start, end, stage }: RewardHour, timeZone: string): string {
  const running = stage === 'running';
  if (end - start < 60_000) return running ? `${clockSecond(start, timeZone)}–${words.now}` : clockSecond(start, timeZone);
  return `${clockMinute(start, timeZone)}–${running ? words.now : clockMinute(end, timeZone)}`;
}

/** The day's name where another day begins; none above today. */
function dayBreak(before: RewardHour | undefined, hour: RewardHour, { timeZone, periods }: Earnings) {
  const day = dayName(hour.start, timeZone);
  if (hour.start >= periods.today.from || (before && dayName(before.start, timeZone) === day)) return null;
  return <h3 className="day">{day}</h3>;
}

function Csv({ earnings, range }: { earnings: Earnings; range: Range }) {
  const { trpc } = useHere();
  const [failed, setFailed] = useState<string>();
  const { from, to } = earnings.periods[range];
  const save = async (): Promise<void> => {
    setFailed(undefined);
    try {
      const { name, text } = await trpc.rewards.csv.query({ from, to });
      saveFile(name, text, 'text/csv');
    } catch (error) {
      setFailed(saidOf(error).say);
    }
  };
  return (
    <span className="csv">
      <span className="sm" role="status">
        {failed && words.csvFailed}
      </span>
      <button type="button" className="more" onClick={save} aria-label={words.csvLabel(chart.ranges[range])}>
        {words.csv}
      </button>
    </span>
  );
}
