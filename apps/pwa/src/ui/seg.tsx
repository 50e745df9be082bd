'use client';

/** One of a few, side by side. */
export function Seg<T extends string>({
  label,
  value,
  options,
  onChange,
  className = '',
}: {
  label: string;
  /** Undefined: none of them. */
  value: T | undefined;
  options: readonly { readonly value: T; readonly label: string; readonly lang?: string }[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <fieldset className={`seg ${className}`}>
      <legend className="vh">{label}</legend>
      {options.map((option) => (
        <button key={option.value} type="button" lang={option.lang} aria-pressed={value === option.value} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
