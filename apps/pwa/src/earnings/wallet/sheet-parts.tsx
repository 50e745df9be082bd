import type { ReactNode } from 'react';
import { walletStrings } from '../../strings/wallet.ts';

/** The end of a sheet: what was done, what follows from it, and the way out. */
export function Finished({ testId, said, next, close, children }: { testId: string; said: ReactNode; next: string; close: () => void; children?: ReactNode }) {
  return (
    <div data-testid={testId}>
      <p className="say sheet-say">{said}</p>
      <p className="lede">{next}</p>
      {children}
      <button type="button" className="btn pri tall" onClick={close}>
        {walletStrings.wallet.done}
      </button>
    </div>
  );
}

/** Room for words or an address that are pasted, or typed with care: nothing completes, corrects or underlines them. */
export function PastedText({
  id,
  rows,
  maxLength,
  capitals,
  value,
  wrong,
  onText,
}: {
  id: string;
  rows: number;
  maxLength: number;
  capitals: 'none' | 'characters';
  value: string;
  wrong: boolean;
  onText: (text: string) => void;
}) {
  return (
    <div className="field">
      <textarea
        id={id}
        rows={rows}
        autoComplete="off"
        autoCapitalize={capitals}
        autoCorrect="off"
        spellCheck={false}
        maxLength={maxLength}
        value={value}
        aria-invalid={wrong}
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}
