'use client';
import { type FormEvent, useId, useState } from 'react';
import { setupStrings } from '../strings/setup.ts';
import { Primary, TextField, TroubleNote } from './parts.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.create;

/** A community of one's own, and what it means that this node keeps its keys. */
export function NewScreen({ steps, onOther }: { steps: Steps; onOther: () => void }) {
  const [name, setName] = useState('');
  const [empty, setEmpty] = useState(false);
  const field = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(name.trim() === '');
    if (name.trim() !== '') steps.run((trpc) => trpc.setup.create.mutate({ community: name }));
  };
  return (
    <>
      <h1 className="say">{words.say}</h1>
      <p className="lede">{words.lede}</p>
      <TroubleNote steps={steps} />
      <form onSubmit={submit}>
        <TextField
          id={field}
          label={words.name}
          hint={words.nameHint}
          value={name}
          wrong={empty ? words.noName : steps.problem('community')}
          onChange={setName}
        />
        <ul className="seen">
          {words.means.map((line) => (
            <li key={line} className="block!">
              {line}
            </li>
          ))}
        </ul>
        <div className="wacts">
          <Primary busy={steps.busy}>{words.make}</Primary>
          <button type="button" className="btn" onClick={onOther}>
            {setupStrings.setup.back}
          </button>
        </div>
      </form>
    </>
  );
}
