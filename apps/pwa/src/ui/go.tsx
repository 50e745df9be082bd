'use client';
import { useRouter } from 'next/navigation';
import type { AnchorHTMLAttributes } from 'react';

/** A link to another page of the dashboard: without loading anew, and like any other with a modifier key. */
export function Go({ href, children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const router = useRouter();
  return (
    <a
      href={href}
      {...rest}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        router.push(href);
      }}
    >
      {children}
    </a>
  );
}
