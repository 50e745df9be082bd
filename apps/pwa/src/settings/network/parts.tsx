'use client';
import { type FormEvent, type ReactNode, useId } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useNetworkFeed } from '../../live/feeds.ts';
import type { NetworkOfNode } from '../../live/model.ts';
import { networkStrings } from '../../strings/network.ts';
import { Go } from '../../ui/go.tsx';
import { SecretInput } from '../../ui/secret-input.tsx';
import { hrefOf } from '../href.ts';
import { SettingsPage } from '../settings-page.tsx';
import { type Draft, draftOf, type State } from './draft.ts';
import { Review } from './review.tsx';
import { type Editing, useEditing } from './use-editing.ts';

const words = networkStrings.network;

interface Saying {
  readonly say: string;
  readonly lede: string;
}

/** A page of the network: what is in force, the form over it, and what it would change. `fields` are those that the form shows. */
export function NetworkPage({
  saying,
  fields,
  children,
}: {
  saying: (draft: Draft) => Saying;
  fields: readonly string[];
  children: (form: { draft: Draft; editing: Editing; look: (next: State) => void }) => ReactNode;
}) {
  const network = useNetworkFeed();
  if (!network) return <SettingsPage say={words.asking}>{null}</SettingsPage>;
  // Another form for another network: what was typed over an old one is not sent over a new one.
  return <Known key={JSON.stringify(network.state ?? null)} network={network} saying={saying} fields={fields} form={children} />;
}

function Known({
  network,
  saying,
  fields,
  form,
}: {
  network: NetworkOfNode;
  saying: (draft: Draft) => Saying;
  fields: readonly string[];
  form: Parameters<typeof NetworkPage>[0]['children'];
}) {
  const { link } = useNodeState();
  const editing = useEditing();
  const draft = draftOf(network.state);
  if (editing.review) return <Review before={network.state} editing={editing} review={editing.review} />;
  const { say, lede } = network.available || network.state ? saying(draft) : { say: words.byHand, lede: words.byHandNext };
  const busy = network.waiting !== undefined || network.phase === 'applying' || network.phase === 'reverting';
  const silent = link.at === 'unreachable' || link.at === 'offline';
  return (
    <SettingsPage say={say} lede={lede}>
      {!network.available && network.state && (
        <p className="note calm">
          <b>{words.byHand}</b>
          {words.byHandNext}
        </p>
      )}
      {busy && (
        <p className="note">
          <b>{words.waits}</b>
          {words.waitsNext} <Go href={hrefOf('change')}>{words.toChange}</Go>
        </p>
      )}
      {silent && <p className="note calm">{words.old}</p>}
      {network.available && !busy && !silent && (
        <>
          {editing.trouble && (
            <div className="note" role="alert" data-testid="network-trouble">
              <b>{editing.trouble}</b>
              {editing.elsewhere(fields).map(({ field, text }) => (
                <span key={field} className="block">
                  {field || words.form.whole}: {text}
                </span>
              ))}
            </div>
          )}
          {form({ draft, editing, look: (next) => editing.look(network.state, next) })}
        </>
      )}
    </SettingsPage>
  );
}

export function NetworkForm({ editing, onSubmit, children }: { editing: Editing; onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <div className="wacts">
        <button type="submit" className="btn pri tall" disabled={editing.busy}>
          {words.form.look}
        </button>
        <p className="sm" role="status">
          {editing.busy ? words.form.checking : ''}
        </p>
      </div>
    </form>
  );
}

/** A passphrase: never shown, only replaced. `kept`: there is one in force, under the same name as in the form. */
export function SecretField({
  label,
  kept,
  value,
  onChange,
  wrong,
}: {
  label: string;
  kept: boolean;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  wrong?: string | undefined;
}) {
  const id = useId();
  if (kept && value === undefined) {
    return (
      <div className="pb-3">
        <p className="label">{label}</p>
        <p className="sm">{words.form.keep}</p>
        <button type="button" className="btn mt-2" aria-label={`${words.form.replace}: ${label}`} onClick={() => onChange('')}>
          {words.form.replace}
        </button>
        {wrong && <p className="note mt-2 mb-0">{wrong}</p>}
      </div>
    );
  }
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <SecretInput id={id} label={label} value={value ?? ''} wrong={wrong !== undefined} describedBy={wrong && `${id}-wrong`} onChange={onChange} />
      {wrong && (
        <p className="note mt-2 mb-0" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      {kept && (
        <button type="button" className="more mt-3" onClick={() => onChange(undefined)}>
          {words.form.keepIt}
        </button>
      )}
    </div>
  );
}

export function Choice({
  label,
  hint,
  value,
  options,
  wrong,
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  wrong?: string | undefined;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {hint && <p className="sm pb-1.5">{hint}</p>}
      <select id={id} value={value} aria-invalid={wrong !== undefined} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {wrong && <p className="note mt-2 mb-0">{wrong}</p>}
    </div>
  );
}

export function Check({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
