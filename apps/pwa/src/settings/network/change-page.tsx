'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useBrowserNow } from '../../live/clock.ts';
import type { NetworkOfNode } from '../../live/model.ts';
import { type Here, useHere } from '../../live/providers.tsx';
import { networkStrings } from '../../strings/network.ts';
import { type Refusal, told, toldBy } from '../../strings/said.ts';
import { TimeRuler, useSecondsLeft } from '../../ui/countdown.tsx';
import { Go } from '../../ui/go.tsx';
import { Section } from '../../ui/parts.tsx';
import { SettingsPage } from '../settings-page.tsx';
import { differences } from './draft.ts';
import { Differences } from './review.tsx';

const words = networkStrings.network.change;
/** A node that took another address does not answer at all: ask again soon, and do not wait for long. */
const pollMs = 1000;
const answerMsMax = 3000;
const silentMs = 4000;

/** The change that was asked for last: under way, counting down, kept or gone back. It says so however this page came here. */
export function ChangePage() {
  const { trpc } = useHere();
  const { data, isError, dataUpdatedAt } = useQuery({
    queryKey: ['network'],
    queryFn: ({ signal }) => trpc.network.status.query(undefined, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]) }),
    refetchInterval: pollMs,
  });
  const now = useBrowserNow();
  const silent = isError || (dataUpdatedAt > 1 && now - dataUpdatedAt > silentMs);
  const lost = useLost(silent);
  if (!data) return <SettingsPage say={silent ? words.reconnecting : networkStrings.network.asking}>{null}</SettingsPage>;
  return <Change network={data} silent={silent} lostSeconds={lost} />;
}

/** For how many whole seconds the node was silent before it was found again. */
function useLost(silent: boolean): number | undefined {
  const since = useRef<number>(undefined);
  const [lost, setLost] = useState<number>();
  useEffect(() => {
    if (silent) since.current ??= Date.now();
    else if (since.current !== undefined) {
      setLost(Math.max(1, Math.round((Date.now() - since.current + silentMs) / 1000)));
      since.current = undefined;
    }
  }, [silent]);
  return lost;
}

function Change({ network, silent, lostSeconds }: { network: NetworkOfNode; silent: boolean; lostSeconds: number | undefined }) {
  const { waiting, change, recent } = network;
  const id = waiting?.id ?? change?.id;
  const outcome = id === undefined ? undefined : recent.find((one) => one.id === id && one.result !== 'waiting');
  const after = <Summary network={network} id={id} lostSeconds={silent ? undefined : lostSeconds} />;
  if (waiting) {
    const known = change?.id === waiting.id ? change.ofSeconds : 0;
    return (
      <Waiting key={waiting.id} network={network} silent={silent} id={waiting.id} secondsLeft={waiting.secondsLeft} of={Math.max(known, waiting.secondsLeft)}>
        {after}
      </Waiting>
    );
  }
  if (id !== undefined && outcome) {
    const { result, reason, reasonSaid } = outcome;
    const say = result === 'confirmed' ? words.kept : result === 'reverted' ? words.undone : result === 'waiting' ? words.applying : words[result];
    return (
      <SettingsPage say={say}>
        <div data-testid="change-outcome" data-result={result}>
          {result !== 'confirmed' && (
            <p className={result === 'reverted' || result === 'unchanged' ? 'note calm' : 'note'}>
              <b>{words.reason}</b>
              {told(reason, reasonSaid)}
            </p>
          )}
          {result !== 'unchanged' && result !== 'refused' && after}
          <Go className="btn" href="/settings">
            {words.again}
          </Go>
        </div>
      </SettingsPage>
    );
  }
  if (id !== undefined) {
    return (
      <SettingsPage say={silent ? words.reconnecting : words.applying} lede={silent ? words.reconnectingNext : words.applyingNext}>
        <div data-testid="change-applying" />
        {silent && <Elsewhere network={network} />}
        {after}
      </SettingsPage>
    );
  }
  return (
    <SettingsPage say={words.nothing} lede={words.nothingNext}>
      <Go className="btn" href="/settings">
        {words.again}
      </Go>
    </SettingsPage>
  );
}

function Waiting({
  network,
  silent,
  id,
  secondsLeft,
  of,
  children,
}: {
  network: NetworkOfNode;
  silent: boolean;
  id: string;
  secondsLeft: number;
  of: number;
  children: React.ReactNode;
}) {
  const { trpc } = useHere();
  const queryClient = useQueryClient();
  const left = useSecondsLeft({ secondsLeft, at: network.at });
  const [doing, setDoing] = useState<'keep' | 'undo'>();
  const [trouble, setTrouble] = useState<string>();
  const answer = (what: 'keep' | 'undo', act: (trpc: Here['trpc']) => Promise<unknown>) => {
    setDoing(what);
    setTrouble(undefined);
    act(trpc)
      // The helper takes a moment: the page shows what became of it as soon as it is said.
      .then(() => queryClient.refetchQueries({ queryKey: ['network'] }))
      .catch((error: Refusal) => {
        setDoing(undefined);
        setTrouble(error.data ? `${words.late} ${toldBy(error)}` : networkStrings.network.form.silent);
      });
  };
  const over = silent && left === 0;
  return (
    <SettingsPage
      say={over ? words.returning : silent ? words.reconnecting : words.waiting}
      lede={over ? words.returningNext : silent ? words.reconnectingNext : words.keepThem}
    >
      <div className="cc" role="alertdialog" aria-label={words.undoes(left)} data-testid="commit-confirm" data-silent={silent}>
        <div className="ccline">
          <p className="count" role="timer" data-testid="seconds-left" data-value={left}>
            {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}
          </p>
          <p className="sm">{words.comesBack}</p>
        </div>
        <TimeRuler left={left} of={of} />
        <p className="vh" role="status">
          {left % 15 === 0 ? words.left(left) : ''}
        </p>
        <div className="ccacts">
          <button
            type="button"
            className="btn pri tall"
            disabled={silent || doing !== undefined}
            onClick={() => answer('keep', (to) => to.network.confirm.mutate({ id }))}
          >
            {doing === 'keep' ? words.keeping : words.keep}
          </button>
          <button
            type="button"
            className="btn tall"
            disabled={silent || doing !== undefined}
            onClick={() => answer('undo', (to) => to.network.revert.mutate({ id }))}
          >
            {doing === 'undo' ? words.undoing : words.undo}
          </button>
        </div>
      </div>
      {trouble && (
        <p className="note" role="alert">
          {trouble}
        </p>
      )}
      {silent && <Elsewhere network={network} />}
      {children}
    </SettingsPage>
  );
}

/** Where else the node may be: its name and its addresses as last heard, and those that the change gives it. */
function Elsewhere({ network }: { network: NetworkOfNode }) {
  const { reach, change } = network;
  const asked = change?.asked as { uplink?: { ipv4?: { address?: string } }; ap?: { address?: string } } | undefined;
  const given = [asked?.uplink?.ipv4?.address, asked?.ap?.address].flatMap((address) => (address === undefined ? [] : [address.split('/')[0] ?? '']));
  const hosts = [...new Set([reach.name, ...given, ...reach.addresses])].map((host) => `${host}:${reach.port}`).filter((host) => host !== location.host);
  return (
    <div className="note calm" data-testid="elsewhere">
      <b>{words.elsewhere}</b>
      {words.elsewhereNext}
      <ul className="pt-2">
        {hosts.map((host) => (
          <li key={host} className="flex min-h-11 items-center">
            <a href={`http://${host}/settings`}>{host}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Summary({ network, id, lostSeconds }: { network: NetworkOfNode; id: string | undefined; lostSeconds: number | undefined }) {
  const { change } = network;
  const rows = change && change.id === id ? differences(change.before, change.asked) : [];
  return (
    <>
      {rows.length > 0 && (
        <Section id="changed" title={words.what}>
          <Differences rows={rows} before={words.before} after={words.now} />
        </Section>
      )}
      {lostSeconds !== undefined && <p className="note calm">{words.lost(lostSeconds)}</p>}
    </>
  );
}
