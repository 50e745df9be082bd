'use client';
import type { Proposal, Proposals as ProposalsNow, Rules } from '@energymesh/agent/rewards-schema';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import type { Earnings } from '../../live/model.ts';
import { useHere } from '../../live/providers.tsx';
import { dateAndMinute } from '../../strings/format.ts';
import { rulesStrings } from '../../strings/rules.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { Glyph, type GlyphName } from '../../ui/glyph.tsx';
import { Age, Section } from '../../ui/parts.tsx';
import { reasonWords } from '../explain.ts';
import { shortHash } from '../money.ts';
import { Trouble, useWork } from '../work.tsx';
import { changesOf, shown } from './params.ts';

const words = rulesStrings.rules;

/** Newest first; those under vote can be voted on, once. */
export function Proposals({ proposals, rules, earnings }: { proposals: ProposalsNow | undefined; rules: Rules; earnings: Earnings }) {
  const list = proposals?.proposals ?? [];
  return (
    <Section
      id="votes"
      title={words.proposals}
      aside={
        <span className="tick">
          <Age at={proposals?.readAt} />
        </span>
      }
    >
      {list.length === 0 && <p className="sm">{proposals?.source === 'ledger' ? words.none : words.notRead}</p>}
      <ul className="votes">
        {list.map((proposal) => (
          <li key={proposal.id} data-testid="proposal" data-id={proposal.id} data-state={proposal.state}>
            <One proposal={proposal} rules={rules} timeZone={earnings.timeZone} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

const glyphs: Readonly<Record<Proposal['state'], GlyphName>> = {
  voting: 'pending',
  waiting: 'proved',
  executable: 'claimed',
  executed: 'well',
  rejected: 'lost',
  'no-quorum': 'off',
  expired: 'off',
};

function One({ proposal, rules, timeZone }: { proposal: Proposal; rules: Rules; timeZone: string }) {
  const { change, state, by, byName, votingEnds, executableFrom, yes, no, needed, eligible, mine } = proposal;
  const lines =
    'params' in change
      ? changesOf(change.params, rules.params).map((name) =>
          state === 'executed' || rules.params[name] === undefined
            ? words.changeTo(words.params[name].name, shown(name, change.params[name]!))
            : words.change(words.params[name].name, shown(name, rules.params[name]), shown(name, change.params[name]!)),
        )
      : [words.hub, words.hubKey(shortHash(change.hub.hubKey))];
  return (
    <>
      <p className="st">
        <Glyph name={glyphs[state]} /> {words.states[state]}
        <span className="tick ml-auto">
          {state === 'voting'
            ? words.until(dateAndMinute(votingEnds, timeZone))
            : state === 'waiting'
              ? words.from(dateAndMinute(executableFrom, timeZone))
              : ''}
        </span>
      </p>
      {lines.map((line) => (
        <b key={line} className="block">
          {line}
        </b>
      ))}
      <p className="sm">{words.by(byName ?? shortHash(by))}</p>
      <Tally yes={yes} no={no} needed={needed} eligible={eligible} />
      {mine ? (
        <p className="sm" data-testid="my-vote" data-yes={mine.yes} data-state={mine.state}>
          {words.mine(mine.yes)}: {words.mineStates[mine.state]}
          {mine.why.length > 0 ? `, ${mine.why.map(reasonWords).join('; ')}` : ''}.
        </p>
      ) : (
        state === 'voting' && <Vote proposal={proposal} />
      )}
    </>
  );
}

function Tally({ yes, no, needed, eligible }: { yes: number; no: number; needed: number; eligible: number }) {
  const whole = Math.max(eligible, yes + no, needed, 1);
  const part = (count: number): string => `${(count / whole) * 100}%`;
  return (
    <>
      <div className="tally" role="img" aria-label={words.tallyLabel(yes, no, needed)}>
        <i className="yes" style={{ width: part(yes) }} />
        <i className="no" style={{ width: part(no) }} />
        <i className="need" style={{ left: part(needed) }} />
      </div>
      <p className="sm">
        {words.tally(yes, no)}. {words.needed(needed, eligible)}.
      </p>
    </>
  );
}

function Vote({ proposal }: { proposal: Proposal }) {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const queries = useQueryClient();
  const [choice, setChoice] = useState<boolean>();
  const { busy, trouble, run } = useWork();
  const send = (yes: boolean): Promise<void> =>
    run(async () => {
      await trpc.rewards.governance.vote.mutate({ proposal: proposal.id, yes });
      await queries.invalidateQueries({ queryKey: ['proposals'] });
    });
  return (
    <div className="mt-2">
      <Trouble of={trouble} />
      {choice === undefined ? (
        <div className="row fill">
          <button type="button" className="btn" disabled={past} aria-label={words.voteYes(proposal.id)} onClick={() => setChoice(true)}>
            {words.yes}
          </button>
          <button type="button" className="btn" disabled={past} aria-label={words.voteNo(proposal.id)} onClick={() => setChoice(false)}>
            {words.no}
          </button>
        </div>
      ) : (
        <>
          <p className="sm mb-2" role="status">
            {words.voteSure(choice)}
          </p>
          <div className="row fill">
            <button type="button" className="btn pri" disabled={busy || past} onClick={() => send(choice)}>
              {words.send}
            </button>
            <button type="button" className="btn" disabled={busy} onClick={() => setChoice(undefined)}>
              {walletStrings.wallet.cancel}
            </button>
          </div>
        </>
      )}
    </div>
  );
}
