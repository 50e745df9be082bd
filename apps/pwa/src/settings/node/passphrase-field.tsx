'use client';
import { useId } from 'react';
import { SecretInput } from '../../ui/secret-input.tsx';

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
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {hint && <p className="sm pb-1.5">{hint}</p>}
      <SecretInput id={id} label={label} value={value} now={now} wrong={wrong} onChange={onChange} />
    </div>
  );
}
