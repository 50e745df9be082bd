'use client';
import { type PointerEvent, useState } from 'react';

/** Pixels; less than this is a tap. */
const dragPixels = 8;

/**
 * Over a chart: a drag to the side takes a window out of it, a tap one bar. A finger that moves up or down scrolls the page as everywhere.
 * For pointers only: the buttons below the chart do the same by keyboard.
 */
export function Brush({
  left,
  width,
  height,
  count,
  onPick,
}: {
  left: number;
  width: number;
  height: number;
  count: number;
  onPick: (first: number, last: number, tapped: boolean) => void;
}) {
  const [span, setSpan] = useState<{ from: number; to: number; pointer: number }>();
  const at = (event: PointerEvent<HTMLElement>) => Math.min(width, Math.max(0, event.clientX - event.currentTarget.getBoundingClientRect().left));
  const bin = (x: number) => Math.min(count - 1, Math.max(0, Math.floor((x / width) * count)));
  const [low, high] = span ? [Math.min(span.from, span.to), Math.max(span.from, span.to)] : [0, 0];
  return (
    <div
      className="brush"
      data-testid="brush"
      aria-hidden="true"
      style={{ left, width, height }}
      onPointerDown={(event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setSpan({ from: at(event), to: at(event), pointer: event.pointerId });
      }}
      onPointerMove={(event) => {
        if (span?.pointer === event.pointerId) setSpan({ ...span, to: at(event) });
      }}
      onPointerUp={(event) => {
        if (span?.pointer !== event.pointerId) return;
        setSpan(undefined);
        onPick(bin(low), bin(high), high - low < dragPixels);
      }}
      onPointerCancel={() => setSpan(undefined)}
    >
      {span && high - low >= dragPixels && <div style={{ left: low, width: high - low }} />}
    </div>
  );
}
