'use client';
import type { ReactNode } from 'react';
import { setupStrings } from '../strings/setup.ts';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup;

/** What went wrong with the last step, or that the node is silent. */
export function TroubleNote({ steps }: { steps: Steps }) {
  const { trouble, silent } = steps;
  if (trouble) {
    return (
      <div className="note" role="alert" data-testid="setup-trouble">
        <b>{trouble.say}</b>
        {trouble.next.map((line) => (
          <span key={line} className="block">
            {line}
          </span>
        ))}
      </div>
    );
  }
  return silent ? (
    <div className="note calm" role="status" data-testid="setup-silent">
      <b>{words.silent}</b>
      {words.silentNext}
    </div>
  ) : null;
}

export function Back({ steps }: { steps: Steps }) {
  return (
    <button type="button" className="more wback" disabled={steps.busy} onClick={() => steps.run((trpc) => trpc.setup.back.mutate())}>
      {words.back}
    </button>
  );
}

export function TextField({
  id,
  label,
  hint,
  value,
  wrong,
  onChange,
  secret = false,
}: {
  id: string;
  label: string;
  hint?: string;
  value: string;
  wrong?: string | undefined;
  onChange: (value: string) => void;
  secret?: boolean;
}) {
  const about = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <p className="sm pb-1.5" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div className="field tall">
        <input
          id={id}
          value={value}
          autoComplete="off"
          autoCapitalize={secret ? 'none' : 'sentences'}
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={wrong !== undefined}
          {...(about && { 'aria-describedby': about })}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {wrong && (
        <p className="note mt-2 mb-0" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

export function Primary({ busy, onClick, children }: { busy: boolean; onClick?: () => void; children: ReactNode }) {
  return (
    <button type={onClick ? 'button' : 'submit'} className="btn pri tall" disabled={busy} onClick={onClick}>
      {children}
    </button>
  );
}
