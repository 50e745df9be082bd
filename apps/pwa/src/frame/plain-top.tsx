import type { ReactNode } from 'react';
import { frameStrings } from '../strings/frame.ts';

/** The top of a page that knows nothing of the node: the product's name on a plate without enamel. */
export function PlainTop({ children }: { children?: ReactNode }) {
  return (
    <header className="top">
      <span className="plate off">
        <span>{frameStrings.app}</span>
      </span>
      {children}
    </header>
  );
}
