'use client';
import type { AnchorHTMLAttributes } from 'react';
import { go } from '../frame/places.ts';

/** A link to another page of the dashboard: without loading anew, and like any other with a modifier key. */
export function Go({ href, children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      href={href}
      {...rest}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        go(href);
      }}
    >
      {children}
    </a>
  );
}
