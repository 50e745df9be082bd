import { dehydrate, hydrate, type QueryClient } from '@tanstack/react-query';

/** What the node said last, kept in this browser so that a page opened on a silent node is greyed and dated, not blank. */
const key = 'energymesh.last';
/** Browsers give some 5 MB to a page; a community of 1,500 nodes takes about 0.5 MB. More than this is not kept. */
const charactersMax = 1_500_000;

export function keep(queryClient: QueryClient): void {
  const text = JSON.stringify(dehydrate(queryClient, { shouldDehydrateQuery: (query) => query.state.status === 'success' && query.state.data !== undefined }));
  try {
    if (text.length <= charactersMax) localStorage.setItem(key, text);
  } catch {
    // Full or refused: then the next visit starts without.
  }
}

export function restore(queryClient: QueryClient): void {
  try {
    const text = localStorage.getItem(key);
    if (text) hydrate(queryClient, JSON.parse(text));
  } catch {
    forget();
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Refused: nothing was kept either.
  }
}
