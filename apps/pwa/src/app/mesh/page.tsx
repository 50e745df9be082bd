import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Mesh } from '../../mesh/mesh.tsx';
import { strings } from '../../strings/index.ts';

export const metadata: Metadata = { title: strings.titles.mesh };

/** Deep links: /mesh?view=list, /mesh?node=<id>, /mesh?link=<id>-<id>. */
export default function Route() {
  return (
    <Suspense>
      <Mesh />
    </Suspense>
  );
}
