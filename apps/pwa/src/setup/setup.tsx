'use client';
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import type { SetupView } from '../live/model.ts';
import { frameStrings } from '../strings/frame.ts';
import { setupStrings } from '../strings/setup.ts';
import { Brand } from '../ui/glyph.tsx';
import { OtherLanguage } from '../ui/other-language.tsx';
import { type Steps, useSetup } from './use-setup.ts';

const words = setupStrings.setup;
type Step = SetupView['step'];

/** Each screen is fetched when it is its turn, the next one while one is busy with this. */
const loaders: Record<Exclude<Step, 'claim'>, () => Promise<{ default: ComponentType<{ steps: Steps }> }>> = {
  way: () => import('./way-screen.tsx').then((module) => ({ default: module.WayScreen })),
  radio: () => import('./radio-screen.tsx').then((module) => ({ default: module.RadioScreen })),
  place: () => import('./place-screen.tsx').then((module) => ({ default: module.PlaceScreen })),
  network: () => import('./network-screen.tsx').then((module) => ({ default: module.NetworkScreen })),
  join: () => import('./join-screen.tsx').then((module) => ({ default: module.JoinScreen })),
  wallet: () => import('./end-screens.tsx').then((module) => ({ default: module.WalletScreen })),
  done: () => import('./end-screens.tsx').then((module) => ({ default: module.DoneScreen })),
};
const screens: Readonly<Record<string, ComponentType<{ steps: Steps }> | undefined>> = Object.fromEntries(
  Object.entries(loaders).map(([step, load]) => [step, lazy(load)]),
);
/** As the label beside the ruler counts: power on is the first, claiming the second. */
const numbers: Record<Step, number> = { claim: 2, way: 3, radio: 4, place: 5, network: 5, join: 6, wallet: 6, done: 6 };

export function Setup() {
  const steps = useSetup();
  useEffect(() => {
    // All of it, while the node is there: the screens come in this order, and the network is about to be changed.
    for (const load of Object.values(loaders)) load().catch(() => {});
  }, []);
  if (!steps) {
    return (
      <Frame step={undefined} view={undefined}>
        <h1 className="say">{words.asking}</h1>
      </Frame>
    );
  }
  const { view } = steps;
  const Screen = screens[view.step];
  return (
    <Frame step={view.step} view={view}>
      <Suspense>{Screen && <Screen steps={steps} />}</Suspense>
    </Frame>
  );
}

function Frame({ step, view, children }: { step: Step | undefined; view: SetupView | undefined; children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    const first = before.current === undefined;
    before.current = step;
    window.scrollTo(0, 0);
    // A screen reader is told where one is now; at the first screen it begins by itself.
    if (!first) main.current?.focus({ preventScroll: true });
  }, [step]);
  const at = step && numbers[step];
  return (
    <div className="wiz">
      <header className="wtop">
        <Brand />
        <span className="plate">
          <span>{view?.node.name ?? frameStrings.app}</span>
        </span>
        <OtherLanguage />
        {at && step !== 'done' && (
          <>
            <span className="at nw">{words.of(at)}</span>
            <span className="ruler" aria-hidden="true">
              {[1, 2, 3, 4, 5, 6].map((each) => (
                <i key={each} className={each <= at ? 'on' : undefined} />
              ))}
            </span>
          </>
        )}
      </header>
      <main id="main" ref={main} tabIndex={-1} data-testid="setup" data-step={step ?? 'asking'}>
        {children}
      </main>
      <footer className="wfoot tick">{words.lost(placesOf(view))}</footer>
    </div>
  );
}

/** What one types when the page is lost: this address, and the node's others. */
function placesOf(view: SetupView | undefined): string[] {
  const here = typeof location === 'undefined' ? [] : [location.host];
  const { addresses = [], port } = view?.node ?? {};
  return [...new Set([...here, ...addresses.map((address) => `${address}:${port}`)])].slice(0, 3).map((host) => `http://${host}`);
}
