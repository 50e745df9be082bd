import type { QueryClient } from '@tanstack/react-query';

/** What the node said last, kept in this browser so that a page opened on a silent node is greyed and dated, not blank. */
const pageKey = 'energymesh.last';
/** Browsers give some 5 MB to a page; a community of 1,500 nodes takes about 0.5 MB. More than this is not kept. */
const charactersMax = 1_500_000;

/** `key`: the app keeps each node's answers apart. */
export function keep(queryClient: QueryClient, key = pageKey): void {
  const answers = queryClient
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.data !== undefined)
    .map((query) => [query.queryKey, query.state.data]);
  const text = JSON.stringify(answers);
  try {
    if (text.length <= charactersMax) localStorage.setItem(key, text);
  } catch {
    // Full or refused: then the next visit starts without.
  }
}

export function restore(queryClient: QueryClient, key = pageKey): void {
  try {
    const answers: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    if (!Array.isArray(answers)) return;
    // Of long ago by the cache's reckoning: asked for anew at once.
    for (const [queryKey, data] of answers) if (Array.isArray(queryKey)) queryClient.setQueryData(queryKey, data, { updatedAt: 1 });
  } catch {
    forget(key);
  }
}

export function forget(key = pageKey): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Refused: nothing was kept either.
  }
}
