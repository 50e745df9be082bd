'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { places } from '../frame/places.ts';
import type { SetupView } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { countryName } from '../strings/format.ts';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { Go } from '../ui/go.tsx';
import { Code } from './code.tsx';
import { shown } from './coordinates.ts';
import { Primary, TroubleNote } from './parts.tsx';
import { PlaceScreen } from './place-screen.tsx';
import type { Steps } from './use-setup.ts';
import { WayScreen } from './way-screen.tsx';

/** Where the wallet is made and backed up: a page of its own. Undefined: this build has none. */
export function walletPage(state: string | undefined): string | undefined {
  const there = places.some(({ href }) => (href as string) === '/earnings');
  return there ? `/earnings?do=${state === 'none' ? 'wallet' : 'backup'}` : undefined;
}

export function useWalletState(enabled: boolean) {
  const { trpc } = useHere();
  return useQuery({ queryKey: ['wallet'], queryFn: ({ signal }) => trpc.rewards.wallet.state.query(undefined, { signal }), enabled, refetchInterval: 10_000 })
    .data;
}

export function WalletScreen({ steps }: { steps: Steps }) {
  const words = setupStrings.setup.wallet;
  const wallet = useWalletState(true);
  const href = walletPage(wallet?.state);
  return (
    <>
      <h1 className="say">{words.say}</h1>
      <p className="lede">{words.lede}</p>
      <TroubleNote steps={steps} />
      <div className="wacts">
        {href ? (
          <Go className="btn pri tall" href={href}>
            {words.backUp}
          </Go>
        ) : (
          <p className="note calm">{words.nowhere}</p>
        )}
        <button type="button" className="btn" disabled={steps.busy} onClick={() => steps.run((trpc) => trpc.setup.postpone.mutate())}>
          {words.later}
        </button>
        <p className="sm">{words.laterNext}</p>
      </div>
    </>
  );
}

/** What was done, and what is left. */
export function DoneScreen({ steps }: { steps: Steps }) {
  const { view } = steps;
  const words = setupStrings.setup.done;
  const [inviting, setInviting] = useState(false);
  const [placing, setPlacing] = useState(false);
  const enrolled = view.joined === 'enrolled';
  // Given meanwhile: back to the summary.
  if (inviting && !enrolled && (view.way === undefined || view.way.by === 'later')) return <WayScreen steps={steps} />;
  if (placing) return <PlaceScreen steps={steps} onDone={() => setPlacing(false)} />;
  const { place } = view;
  const { accessPoint, closing } = view.network;
  const closable = enrolled && accessPoint !== undefined && !closing;
  const waits = view.way !== undefined && view.way.by !== 'later';
  const code = !enrolled && view.way?.by === 'ask' ? view.way.code : undefined;
  const deferred = code !== undefined ? words.waitsForWord(view.way?.community ?? '') : waits ? words.waits : words.deferredLede;
  return (
    <>
      <h1 className="say">{enrolled ? words.online(view.node.name) : words.deferred(view.node.name)}</h1>
      <p className="lede">{enrolled ? words.lede : deferred}</p>
      {code !== undefined && <Code code={code} />}
      {view.refused && !enrolled && <p className="note">{told(view.refused, view.refusedSaid)}</p>}
      <dl className="pairs mb-4" data-testid="setup-summary">
        <dt>{words.name}</dt>
        <dd>{view.node.name}</dd>
        <dt>{words.community}</dt>
        <dd>{view.community ?? view.way?.community ?? words.none}</dd>
        <dt>{words.place}</dt>
        <dd>{place?.position ? shown(place.position) : words.none}</dd>
        <dt>{words.network}</dt>
        <dd>{networkWords(view.network)}</dd>
        {enrolled && (
          <>
            <dt>{words.wallet}</dt>
            <dd>{words.wallets[view.wallet ?? 'postponed']}</dd>
          </>
        )}
        <dt>{words.id}</dt>
        <dd>{view.node.fingerprint}</dd>
      </dl>
      {closing && (
        <div className="note calm" role="status" data-testid="access-point-closing">
          <b>{words.closingAp(accessPoint ?? '')}</b>
          {words.closingApNext}
        </div>
      )}
      <TroubleNote steps={steps} />
      <div className="wacts">
        {!enrolled && !waits ? (
          <>
            <Primary busy={steps.busy} onClick={() => setInviting(true)}>
              {words.invite}
            </Primary>
            <Go className="btn" href="/">
              {words.home}
            </Go>
          </>
        ) : (
          <Go className="btn pri tall" href="/">
            {words.home}
          </Go>
        )}
        {closable && (
          <>
            <button type="button" className="btn" disabled={steps.busy} onClick={() => steps.run((trpc) => trpc.setup.closeAccessPoint.mutate())}>
              {words.closeAp}
            </button>
            <p className="sm">{words.closeApNext(accessPoint)}</p>
          </>
        )}
        {!place?.position && (
          <button type="button" className="btn" onClick={() => setPlacing(true)}>
            {words.sayPlace}
          </button>
        )}
      </div>
    </>
  );
}

/** "Germany, millbrook, by Ethernet". */
function networkWords({ available, country, meshId, uplink, uplinkSsid }: SetupView['network']): string {
  const words = setupStrings.setup.done;
  if (!available) return words.hand;
  const way = uplink === 'wifi' ? words.byWifi(uplinkSsid ?? '') : uplink === 'ethernet' ? words.byEthernet : undefined;
  return [country === undefined ? undefined : countryName(country), meshId, way].filter(Boolean).join(', ') || words.none;
}
