import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Mesh } from '../../mesh/mesh.tsx';
import { frameStrings } from '../../strings/en/frame.ts';

export const metadata: Metadata = { title: frameStrings.titles.mesh };

/** Deep links: /mesh?view=list, /mesh?node=<id>, /mesh?link=<id>-<id>. */
export default function Route() {
  return (
    <Suspense>
      <Mesh />
    </Suspense>
  );
}
