'use client';
import { useId, useState } from 'react';
import { loginStrings } from '../../strings/login.ts';

export function PassphraseField({
  label,
  hint,
  value,
  now = false,
  wrong = false,
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  /** The one that counts now, for password managers. */
  now?: boolean;
  wrong?: boolean;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {hint && <p className="sm pb-1.5">{hint}</p>}
      <div className="field tall">
        <input
          id={id}
          type={shown ? 'text' : 'password'}
          autoComplete={now ? 'current-password' : 'new-password'}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          value={value}
          aria-invalid={wrong}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="more min-h-11 px-1"
          aria-pressed={shown}
          aria-label={`${shown ? loginStrings.login.hide : loginStrings.login.show}: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {shown ? loginStrings.login.hide : loginStrings.login.show}
        </button>
      </div>
    </div>
  );
}
