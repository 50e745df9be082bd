'use client';
import { useEffect } from 'react';
import { type Arrangement, move } from './arrange.ts';
import { nodeAt } from './draw/draw.ts';
import type { Painter } from './painter.ts';
import { keepPlaces } from './places-store.ts';

/** A finger that moved less than this has tapped. */
const tapPixels = 5;

export function hit(paint: Painter, clientX: number, clientY: number): string | undefined {
  const box = paint.canvas.getBoundingClientRect();
  return paint.scene && nodeAt(paint.scene, paint.view, clientX - box.left, clientY - box.top);
}

/** A node under the finger follows it; where it is left is remembered. */
export function useDragging(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  painter: React.RefObject<Painter | undefined>,
  setKept: React.Dispatch<React.SetStateAction<Arrangement | undefined>>,
  self: string,
) {
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let held: { id: string; x: number; y: number; pointer: number; moved: boolean } | undefined;
    const onDown = (event: PointerEvent) => {
      delete element.dataset.dragged;
      const paint = painter.current;
      const id = paint && event.button === 0 && event.isPrimary ? hit(paint, event.clientX, event.clientY) : undefined;
      held = id === undefined ? undefined : { id, x: event.clientX, y: event.clientY, pointer: event.pointerId, moved: false };
    };
    const onMove = (event: PointerEvent) => {
      const paint = painter.current;
      if (!held || !paint || event.pointerId !== held.pointer) return;
      if (!held.moved && Math.hypot(event.clientX - held.x, event.clientY - held.y) < tapPixels) return;
      // On a map a node stands where it stands: whoever pulls at it is told so by its staying.
      if (paint.scene?.kind === 'place') return;
      if (!held.moved) element.setPointerCapture(held.pointer);
      held.moved = true;
      element.dataset.dragged = 'yes';
      const box = element.getBoundingClientRect();
      const { fit, transform } = paint.view;
      const place = [
        fit.placeX((event.clientX - box.left - transform.x) / transform.k),
        fit.placeY((event.clientY - box.top - transform.y) / transform.k),
      ] as const;
      const { id } = held;
      setKept((arrangement) => arrangement && move(arrangement, id, place));
    };
    const onUp = () => {
      if (held?.moved) {
        setKept((arrangement) => {
          if (arrangement) keepPlaces(self, arrangement);
          return arrangement;
        });
      }
      held = undefined;
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
    };
  }, [canvas, painter, setKept, self]);
}
