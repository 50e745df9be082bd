'use client';
import { type ComponentType, lazy, Suspense } from 'react';

/** An extra: a node that goes silent before it has come takes nothing else along. */
const Near = lazy<ComponentType>(() =>
  import('./near.tsx').then(
    (module): { default: ComponentType } => ({ default: module.Near }),
    (): { default: ComponentType } => ({ default: () => null }),
  ),
);

export function NearLater() {
  return (
    <Suspense>
      <Near />
    </Suspense>
  );
}
