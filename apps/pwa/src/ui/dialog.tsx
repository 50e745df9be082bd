'use client';
import { type ReactNode, useEffect, useId, useRef } from 'react';

/** A sheet from below on a phone, a window in the middle of a desktop. Closes with X, Esc and a tap beside it; the browser keeps the focus inside. */
export function Dialog({ title: name, close, onClose, children }: { title: string; close: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element || element.open) return;
    element.showModal();
    // The browser would begin at the X: a screen reader shall hear the title first.
    title.current?.focus();
    return () => element.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the browser's own, told by onCancel
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      data-testid="dialog"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-in">
        <div className="dialog-hd">
          <h2 ref={title} id={heading} tabIndex={-1}>
            {name}
          </h2>
          <button type="button" className="x" aria-label={close} onClick={onClose}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M2 2l12 12M14 2 2 14" stroke="currentColor" strokeWidth="2" />
            </svg>
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
