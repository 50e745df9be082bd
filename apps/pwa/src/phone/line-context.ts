'use client';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Line, LineState } from './line.ts';

/** The line to the node that is shown; undefined on a page that a node serves itself. */
export const LineContext = createContext<Line | undefined>(undefined);

const asking: LineState = { at: 'asking' };
const nothing = () => () => {};

export function useLine(): { line: Line | undefined; state: LineState } {
  const line = useContext(LineContext);
  const state = useSyncExternalStore(
    line?.subscribe ?? nothing,
    () => line?.state() ?? asking,
    () => asking,
  );
  return { line, state };
}
