'use client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { MetCommunity } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { list } from '../strings/format.ts';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { Chevron } from '../ui/parts.tsx';
import { Code } from './code.tsx';
import { Primary, TextField, TroubleNote } from './parts.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.ask;
type Met = Extract<MetCommunity, { ok: true }>;
const foundEveryMs = 5000;

/** Without an invite: a community that is found here or by its address, and the code that a member compares. */
export function AskScreen({ steps, onOther }: { steps: Steps; onOther: () => void }) {
  const { trpc } = useHere();
  const [address, setAddress] = useState('');
  const [met, setMet] = useState<Met>();
  const [wrong, setWrong] = useState<string>();
  const [looking, setLooking] = useState<string>();
  const field = useId();
  const found = useQuery({ queryKey: ['found'], queryFn: ({ signal }) => trpc.setup.found.query(undefined, { signal }), refetchInterval: foundEveryMs }).data
    ?.found;

  const look = async (at: string) => {
    setLooking(at);
    setWrong(undefined);
    try {
      const answer = await trpc.setup.lookAt.query({ address: at });
      if (answer.ok) setMet(answer);
      else setWrong(told(answer.words, answer.said));
    } catch {
      setWrong(setupStrings.setup.silent);
    } finally {
      setLooking(undefined);
    }
  };
  if (met) {
    const { community, hub, root, code } = met;
    return (
      <>
        <h1 className="say">{words.met(community)}</h1>
        <p className="lede">{words.metLede}</p>
        <Code code={code} />
        <TroubleNote steps={steps} />
        <p className="sm">{words.at(hub.replace(/^https:\/\//, ''))}</p>
        <div className="wacts">
          <Primary busy={steps.busy} onClick={() => steps.run((to) => to.setup.ask.mutate({ address: hub, root }))}>
            {words.ask(community)}
          </Primary>
          <button type="button" className="btn" onClick={() => setMet(undefined)}>
            {words.other}
          </button>
        </div>
      </>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() === '') setWrong(words.noAddress);
    else void look(address);
  };
  return (
    <>
      <h1 className="say">{words.say}</h1>
      <p className="lede">{words.lede}</p>
      {found && found.length > 0 ? (
        found.map(({ name, hub, nodes }) => (
          <button key={`${hub} ${name}`} type="button" className="big" disabled={looking !== undefined} onClick={() => void look(hub)} data-testid="found-mesh">
            <b>{name}</b>
            <span>{looking === hub ? words.looking : words.seen(list(nodes))}</span>
            <Chevron />
          </button>
        ))
      ) : (
        <p className="note calm">{words.noneFound}</p>
      )}
      <form onSubmit={submit}>
        <TextField id={field} label={words.address} hint={words.addressHint} value={address} wrong={wrong} onChange={setAddress} secret />
        <div className="wacts">
          <Primary busy={looking !== undefined}>{looking === undefined ? words.look : words.looking}</Primary>
          <button type="button" className="btn" onClick={onOther}>
            {setupStrings.setup.back}
          </button>
        </div>
      </form>
    </>
  );
}
