'use client';
import type { Rules as RulesNow } from '@energymesh/agent/rewards-schema';
import type { Earnings } from '../../live/model.ts';
import { rulesStrings } from '../../strings/rules.ts';
import { Go } from '../../ui/go.tsx';
import { Age, Chevron, Section } from '../../ui/parts.tsx';
import { useProposals, useRules } from '../feeds.ts';
import { boundsShown, groups, type ParamName, shown } from './params.ts';
import { Proposals } from './proposals.tsx';
import { Propose } from './propose.tsx';

const words = rulesStrings.rules;

/** What everybody is paid by, what each figure means, and the votes about it. */
export function Rules({ earnings }: { earnings: Earnings }) {
  const rules = useRules();
  const proposals = useProposals();
  return (
    <>
      <p className="links back">
        <Go className="more" href="/earnings">
          <span className="flip">
            <Chevron />
          </span>
          {words.back}
        </Go>
      </p>
      <h1 className="say" data-testid="status-sentence">
        {words.say}
      </h1>
      <p className="lede">{earnings.state === 'off' ? words.off : words.lede}</p>
      {rules && earnings.state !== 'off' && (
        <div className="cols">
          <div>
            <Section
              title={words.now}
              aside={
                <span className="tick">
                  {words.source[rules.source]} <Age at={rules.readAt} />
                </span>
              }
            >
              {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
                <Group key={group} name={words.groups[group]} params={groups[group]} rules={rules} />
              ))}
            </Section>
          </div>
          <div>
            <Proposals proposals={proposals} rules={rules} earnings={earnings} />
            <Propose rules={rules} />
          </div>
        </div>
      )}
    </>
  );
}

function Group({ name, params, rules }: { name: string; params: readonly ParamName[]; rules: RulesNow }) {
  return (
    <>
      <h3 className="day">{name}</h3>
      <dl className="params">
        {params.map((param) => {
          const value = rules.params[param];
          const initial = rules.bounds[param]?.initial;
          return (
            <div key={param} data-testid={`param-${param}`} data-value={value}>
              <dt>
                {words.params[param].name}
                <span className="sm block">{words.params[param].means}</span>
                <span className="tick block">
                  {boundsShown(param, rules)}
                  {initial !== undefined && value !== initial && `, ${words.changed(shown(param, initial))}`}
                </span>
              </dt>
              <dd>{value === undefined ? '–' : shown(param, value)}</dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}
