'use client';
import { useState } from 'react';
import { loginStrings } from '../strings/login.ts';

/** What is typed unseen, and shown when the person wants to see it. */
export function SecretInput({
  id,
  label,
  value,
  now = false,
  wrong = false,
  describedBy,
  onChange,
}: {
  id: string;
  /** As its `<label>` says. */
  label: string;
  value: string;
  /** The one that counts now, for password managers. */
  now?: boolean;
  wrong?: boolean;
  describedBy?: string | undefined;
  onChange: (value: string) => void;
}) {
  const [shown, setShown] = useState(false);
  const press = shown ? loginStrings.login.hide : loginStrings.login.show;
  return (
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
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.target.value)}
      />
      <button type="button" className="more min-h-11 px-1" aria-pressed={shown} aria-label={`${press}: ${label}`} onClick={() => setShown(!shown)}>
        {press}
      </button>
    </div>
  );
}
