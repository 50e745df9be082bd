'use client';
import { useState } from 'react';
import { walletStrings } from '../strings/wallet.ts';

const words = walletStrings.wallet;

/** Over plain HTTP browsers have no clipboard for pages; the old way works there. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.readOnly = true;
    field.style.cssText = 'position:fixed;top:0;opacity:0';
    // Inside an open dialog the rest of the page takes no focus.
    (document.querySelector('dialog[open]') ?? document.body).append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}

export function Copy({ text, label = words.copy, name, className = 'btn' }: { text: string; label?: string; name?: string; className?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  return (
    <button
      type="button"
      className={className}
      aria-label={state === 'idle' ? name : undefined}
      onClick={async () => {
        setState((await copyText(text)) ? 'copied' : 'failed');
        setTimeout(() => setState('idle'), 2500);
      }}
    >
      <span aria-live="polite">{state === 'copied' ? words.copied : state === 'failed' ? words.copyFailed : label}</span>
    </button>
  );
}
