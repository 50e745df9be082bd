'use client';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { meshStrings } from '../strings/mesh.ts';

const sizes = ['peek', 'half', 'full'] as const;
type Size = (typeof sizes)[number];
const dragPixels = 32;

/** On a phone a sheet over the lower part of the map: peek, half, full; closes with X, Esc or a drag down. On a desktop a panel. */
export function Sheet({
  first,
  subject,
  closable,
  onClose,
  children,
}: {
  /** How far it opens for a new subject. */
  first: Size;
  subject: string;
  closable: boolean;
  onClose: () => void;
  children: (head: (title: ReactNode, label: string) => ReactNode) => ReactNode;
}) {
  const [size, setSize] = useState<Size>(first);
  const panel = useRef<HTMLElement>(null);
  const dragFrom = useRef<number>(undefined);
  const [label, setLabel] = useState('');
  // Another subject: from the top, as far open as that one opens.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject is what it depends on
  useEffect(() => {
    setSize(first);
    panel.current?.scrollTo(0, 0);
  }, [subject, first]);
  const step = (by: 1 | -1) => {
    const next = sizes[sizes.indexOf(size) + by];
    if (next) setSize(next);
    else if (by === -1 && closable) onClose();
  };
  const onPointerUp = (event: PointerEvent) => {
    const from = dragFrom.current;
    dragFrom.current = undefined;
    if (from === undefined) return;
    const moved = event.clientY - from;
    if (moved < -dragPixels) step(1);
    else if (moved > dragPixels) step(-1);
  };
  const head = (title: ReactNode, name: string) => (
    <Head
      label={name}
      onLabel={setLabel}
      close={
        closable && (
          <button type="button" className="x" aria-label={meshStrings.panel.close} onClick={onClose}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M2 2l12 12M14 2 2 14" stroke="currentColor" strokeWidth="2" />
            </svg>
          </button>
        )
      }
    >
      {title}
    </Head>
  );
  return (
    // A scrolling region must be reachable by keyboard; Esc closes it from anywhere inside.
    <aside
      ref={panel}
      className={`sheet ${size}`}
      aria-label={label || meshStrings.panel.node}
      data-testid="panel"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && closable) onClose();
      }}
    >
      <button
        type="button"
        className="grab"
        aria-label={size === 'full' ? meshStrings.panel.shrink : meshStrings.panel.grow}
        onClick={(event) => {
          // A drag ends with a click of the pointer; the keyboard's has no place.
          if (event.detail === 0) setSize(size === 'full' ? 'half' : 'full');
        }}
        onPointerDown={(event) => {
          dragFrom.current = event.clientY;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerUp={(event) => {
          const tapped = Math.abs(event.clientY - (dragFrom.current ?? 0)) < 6;
          if (tapped) {
            dragFrom.current = undefined;
            setSize(size === 'full' ? 'half' : size === 'half' ? 'full' : 'half');
          } else onPointerUp(event);
        }}
        onPointerCancel={() => {
          dragFrom.current = undefined;
        }}
      />
      {children(head)}
    </aside>
  );
}

function Head({ label, onLabel, close, children }: { label: string; onLabel: (label: string) => void; close: ReactNode; children: ReactNode }) {
  useEffect(() => onLabel(label), [label, onLabel]);
  return (
    <div className="hd">
      {children}
      {close}
    </div>
  );
}
