'use client';
import { earnedAnswer } from '../earnings/answer.ts';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import type { Earnings, Status, WalletState } from '../live/model.ts';
import { age, clockMinute, lasting, short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { Glyph, type GlyphName } from '../ui/glyph.tsx';
import { carrying, type Situation } from './situation.ts';

const words = frameStrings.answers;

export interface Answer {
  readonly question: string;
  readonly glyph: GlyphName;
  readonly answer: string;
  readonly detail: string;
  /** What is still worth saying when the node is silent. */
  readonly before: string;
  readonly testid: string;
  /** In stroops, for tests: the same on every screen. */
  readonly figure?: string;
  /** Silence does not take it back: it stays, with its age. */
  readonly lasting?: boolean;
}

interface AnswersProps {
  readonly status: Status;
  readonly timeZone: string | undefined;
  readonly earnings: Earnings | undefined;
  readonly wallet: WalletState | undefined;
}

/**
 * Well? Carrying? Earned? Where a community pays nothing, the third is the way out instead. Not known when the node is silent, with the last answer
 * below; what was earned is not lost by silence, so it stays, with its age.
 */
export function Answers({ status, timeZone, earnings, wallet }: AnswersProps) {
  const { past, situation } = useNodeState();
  const now = useNow();
  const pays = earnings !== undefined && earnings.state !== 'off';
  const rows = [well(status, situation, now), carries(status), pays ? earnedAnswer(earnings, wallet) : way(status, now)];
  const silent = past && situation.at === 'past' ? clockMinute(situation.since, timeZone) : undefined;
  return (
    <ul className="answers" aria-label={words.label}>
      {rows.map((row) => (
        <li key={row.question}>
          <span className="q">{row.question}</span>
          <span className="a" data-testid={row.testid} data-answer={silent ? 'past' : row.glyph} data-value={row.figure}>
            <Glyph name={silent && !row.lasting ? 'off' : row.glyph} />
            {silent && !row.lasting ? frameStrings.notKnown : row.answer}
            {silent && <span className="then">{words.when(silent)}</span>}
          </span>
          <span className="d">{silent && !row.lasting ? words.lastHeard(row.answer, row.before) : row.detail}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the sentence of a lonely node says already: the node itself is well. */
const lonely: ReadonlySet<string> = new Set(['no-neighbour', 'no-gateway']);

function well(status: Status, situation: Situation, now: number): Answer {
  const { wellness } = status;
  const question = words.well;
  const first = wellness.problems.find(({ code }) => situation.at !== 'alone' || !lonely.has(code));
  if (first) return { question, glyph: 'warn', answer: words.needsYou, detail: frameStrings.problems[first.code], before: '', testid: 'answer-well' };
  const figures = [
    wellness.temperatureC === undefined ? undefined : words.temperature(wellness.temperatureC),
    wellness.diskUsedShare === undefined ? undefined : words.disk(wellness.diskUsedShare),
    words.clock[wellness.clockTrusted ? 'true' : 'false'],
  ].filter((part) => part !== undefined);
  return {
    question,
    glyph: 'well',
    answer: words.yes,
    detail: `${capital(figures.join(', '))}. ${capital(age(now - status.at))}`,
    before: figures.join(', '),
    testid: 'answer-well',
  };
}

function carries({ carrying: figures, ...status }: Status): Answer {
  const state = carrying({ carrying: figures, ...status });
  const oldest = figures.waitingOldestMs === undefined ? undefined : short(figures.waitingOldestMs);
  const waiting = words.waiting(figures.waiting, oldest);
  const answers = { yes: words.yes, ready: words.ready, keeping: words.keeping };
  const pace = figures.packetsLastMinute > 0 ? words.perMinute(figures.packetsLastMinute) : state === 'ready' ? words.nothingYet : words.quietNow;
  const detail = state === 'keeping' ? `${capital(waiting)}` : `${capital(pace)}. ${capital(waiting)}`;
  return { question: words.carrying, glyph: state === 'keeping' ? 'off' : 'well', answer: answers[state], detail, before: waiting, testid: 'answer-carrying' };
}

function way(status: Status, now: number): Answer {
  const question = words.way;
  const testid = 'answer-way';
  const { backend, gateway } = status;
  const since = lasting(now - backend.since);
  if (status.node.gateway) {
    if (backend.state === 'connected')
      return { question, glyph: 'well', answer: words.gateway, detail: capital(words.backendSince(since)), before: '', testid };
    const lost = backend.state === 'unreachable';
    return {
      question,
      glyph: lost ? 'warn' : 'off',
      answer: words.gateway,
      detail: capital(lost ? words.backendLost(since) : words.backendConnecting),
      before: '',
      testid,
    };
  }
  if (!gateway) return { question, glyph: 'off', answer: words.none, detail: words.noneNext, before: '', testid };
  return {
    question,
    glyph: 'well',
    answer: gateway.name,
    detail: words.hops(gateway.hops, short(gateway.costMs)),
    before: words.hops(gateway.hops, short(gateway.costMs)),
    testid,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
