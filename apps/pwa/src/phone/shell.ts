/** The app on the phone: its offline shell, and what the browser says about installing it. */
export interface ShellState {
  /** A newer version is there and waits. */
  readonly update: boolean;
  /** The browser would install it, if asked. */
  readonly installable: boolean;
  readonly installed: boolean;
}
interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

let state: ShellState = { update: false, installable: false, installed: false };
const handlers = new Set<() => void>();
let waiting: ServiceWorker | undefined;
let offer: InstallEvent | undefined;
let started = false;

export const shellState = (): ShellState => state;
export function onShellChange(handler: () => void): () => void {
  handlers.add(handler);
  return () => handlers.delete(handler);
}

function set(change: Partial<ShellState>): void {
  state = { ...state, ...change };
  for (const handler of handlers) handler();
}

/** Once per page. Only in a secure context, where browsers have it. */
export function startShell(): void {
  if (started) return;
  started = true;
  set({ installed: matchMedia('(display-mode: standalone)').matches });
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallEvent;
    set({ installable: true });
  });
  window.addEventListener('appinstalled', () => set({ installable: false, installed: true }));
  if (!window.isSecureContext || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  const hadOne = serviceWorker.controller !== null;
  let loading = false;
  serviceWorker.addEventListener('controllerchange', () => {
    // The first one takes over a page that is of its own version.
    if (!hadOne || loading) return;
    loading = true;
    location.reload();
  });
  serviceWorker.register('/sw.js', { updateViaCache: 'none' }).then(
    (registration) => {
      const look = (worker: ServiceWorker | null): void => {
        if (!worker) return;
        const ready = (): void => {
          if (worker.state !== 'installed' || serviceWorker.controller === null) return;
          waiting = worker;
          set({ update: true });
        };
        worker.addEventListener('statechange', ready);
        ready();
      };
      look(registration.waiting);
      registration.addEventListener('updatefound', () => look(registration.installing));
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) registration.update().catch(() => {});
      });
    },
    // Refused, by a private window for instance: then it does not start without a network.
    () => {},
  );
}

export function takeUpdate(): void {
  waiting?.postMessage('take-over');
}

export async function install(): Promise<void> {
  await offer?.prompt();
  offer = undefined;
  set({ installable: false });
}

export type Platform = 'android' | 'ios-safari' | 'ios-other' | 'desktop' | 'desktop-firefox';
export function platformOf(agent: string, touchPoints: number): Platform {
  // An iPad says that it is a Mac.
  if (/iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return /CriOS|FxiOS|EdgiOS/.test(agent) ? 'ios-other' : 'ios-safari';
  if (/Android/.test(agent)) return 'android';
  return /Firefox\//.test(agent) ? 'desktop-firefox' : 'desktop';
}
