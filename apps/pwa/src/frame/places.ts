/** The tabs; each has its name in the catalogue, under `nav`. */
export const places = [
  { href: '/', name: 'home' },
  { href: '/mesh', name: 'mesh' },
  { href: '/traffic', name: 'traffic' },
  { href: '/earnings', name: 'earnings' },
  { href: '/settings', name: 'settings' },
] as const;

/** Pages without tabs: there is one thing to do. */
export const isBare = (path: string): boolean => path === '/login' || path === '/setup' || path === '/pair' || path === '/nodes';

/** /settings/mesh belongs to the tab of /settings. */
export const tabOf = (path: string): string => `/${path.split('/')[1] ?? ''}`;

/** `/mesh.html` and `/mesh/` are /mesh, however the files are served. */
export const placeOf = (pathname: string): string => pathname.replace(/\.html$/, '').replace(/\/(index)?$/, '') || '/';

/**
 * To another page of the dashboard. Not by Next's router, which asks the node for each page anew: the other pages are already here, and
 * they must open when the node is silent.
 */
export function go(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
}
