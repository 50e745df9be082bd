'use client';
import type { Rules } from '@energymesh/agent/rewards-schema';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { rulesStrings } from '../../strings/rules.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { Section } from '../../ui/parts.tsx';
import { type Said, Trouble, useWork } from '../work.tsx';
import { boundsShown, fieldText, groups, type ParamName, readValue, shown, unitOfParam } from './params.ts';

const words = rulesStrings.rules;

/** One figure at a time is put to the vote: what people can weigh. */
export function Propose({ rules }: { rules: Rules }) {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const queries = useQueryClient();
  const [name, setName] = useState<ParamName>('stroopsPer1000');
  const [text, setText] = useState('');
  const [value, setValue] = useState<number>();
  const [fault, setFault] = useState<Said>();
  const [sent, setSent] = useState(false);
  const { busy, trouble, run } = useWork();
  const id = useId();
  const now = rules.params[name];
  if (now === undefined) return null;
  const check = (event: FormEvent): void => {
    event.preventDefault();
    const read = readValue(name, text, rules);
    if (typeof read === 'number') setValue(read);
    else setFault(read);
  };
  const put = (of: number): Promise<void> =>
    run(async () => {
      await trpc.rewards.governance.propose.mutate({ params: { [name]: of } });
      await queries.invalidateQueries({ queryKey: ['proposals'] });
      await queries.invalidateQueries({ queryKey: ['errands'] });
      setSent(true);
      setValue(undefined);
      setText('');
    });
  const { votingEpochs, timelockEpochs } = rules.params;
  return (
    <Section title={words.propose}>
      <p className="sm mb-2">{words.proposeLede(shown('votingEpochs', votingEpochs ?? 0), shown('timelockEpochs', timelockEpochs ?? 0))}</p>
      {sent && (
        <p className="note calm" role="status" data-testid="proposed">
          {words.proposed}
        </p>
      )}
      <form onSubmit={check} noValidate data-testid="propose-form">
        <label className="label pt-0!" htmlFor={`${id}-name`}>
          {words.which}
        </label>
        <div className="field tall">
          <select
            id={`${id}-name`}
            value={name}
            onChange={(event) => {
              setName(event.target.value as ParamName);
              setText('');
              setValue(undefined);
              setFault(undefined);
              setSent(false);
            }}
          >
            {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
              <optgroup key={group} label={words.groups[group]}>
                {groups[group].map((param) => (
                  <option key={param} value={param}>
                    {words.params[param].name}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </div>
        <p className="sm mt-1">{words.params[name].means}</p>
        <label className="label" htmlFor={`${id}-value`}>
          {words.to(unitOfParam(name))}
        </label>
        <p className="sm pb-1.5">{words.hint(shown(name, now), boundsShown(name, rules))}</p>
        <div className="field tall">
          <input
            id={`${id}-value`}
            inputMode="decimal"
            autoComplete="off"
            maxLength={24}
            placeholder={fieldText(name, now)}
            value={text}
            aria-invalid={fault !== undefined}
            onChange={(event) => {
              setText(event.target.value);
              setFault(undefined);
              setValue(undefined);
            }}
          />
        </div>
        <div className="mt-3">
          <Trouble of={fault ?? trouble} />
        </div>
        {value === undefined ? (
          <button type="submit" className="btn" disabled={past || text.trim() === ''}>
            {words.put}
          </button>
        ) : (
          <>
            <p className="sm mb-2" role="status">
              {words.sure(words.params[name].name, shown(name, now), shown(name, value))}
            </p>
            <div className="row fill">
              <button type="button" className="btn pri" disabled={busy || past} onClick={() => put(value)}>
                {words.put}
              </button>
              <button type="button" className="btn" disabled={busy} onClick={() => setValue(undefined)}>
                {walletStrings.wallet.cancel}
              </button>
            </div>
          </>
        )}
      </form>
    </Section>
  );
}
