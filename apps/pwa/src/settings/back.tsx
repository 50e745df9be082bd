import { settingsStrings } from '../strings/settings.ts';
import { Go } from '../ui/go.tsx';

/** From a page of settings to their list. */
export function Back() {
  return (
    <Go className="more back" href="/settings">
      <svg width="10" height="16" viewBox="0 0 10 16" aria-hidden="true">
        <path d="M8 1.5 1.5 8 8 14.5" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      {settingsStrings.settings.back}
    </Go>
  );
}
