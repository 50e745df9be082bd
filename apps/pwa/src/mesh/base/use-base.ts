'use client';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useState } from 'react';
import { useHere } from '../../live/providers.tsx';
import type { Painter } from '../painter.ts';

export type BaseShown = 'none' | 'shown' | 'pictures' | 'broken';
const address = '/map.pmtiles';

/**
 * The operator's map under the mesh, once the mesh is looked at by place and the node says that it has one: only then is fetched what draws it. Away from
 * the node's own page there is none: a map is too large for calls through the hub.
 */
export function useBase(painter: RefObject<Painter | undefined>, byPlace: boolean): BaseShown {
  const { trpc, pollMs } = useHere();
  const { data } = useQuery({
    queryKey: ['base-map'],
    queryFn: ({ signal }) => trpc.mesh.baseMap.query(undefined, { signal }),
    enabled: byPlace && pollMs === undefined,
    staleTime: 60_000,
  });
  const [shown, setShown] = useState<BaseShown>('none');
  const tag = data?.state === 'ready' ? data.tag : undefined;
  const wrong = data !== undefined && data.state !== 'ready' && data.state !== 'none';
  useEffect(() => {
    if (!byPlace || tag === undefined) return setShown(byPlace && wrong ? 'broken' : 'none');
    let over = false;
    const put = (base: Painter['base']) => {
      if (!painter.current) return;
      painter.current.base = base;
      painter.current.ask();
    };
    (async () => {
      const { NoSuchMap, openBaseMap } = await import('./base-map.ts');
      try {
        const base = await openBaseMap(`${address}?${encodeURIComponent(tag)}`, () => painter.current?.ask());
        if (over) return;
        put(base);
        setShown('shown');
      } catch (error) {
        if (!over) setShown(error instanceof NoSuchMap ? error.why : 'broken');
      }
    })().catch(() => {
      // The part of the page that draws it could not be fetched: the mesh stands on a plain ground, as without a map.
    });
    return () => {
      over = true;
      put(undefined);
    };
  }, [byPlace, tag, wrong, painter]);
  return shown;
}
