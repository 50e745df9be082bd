'use client';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNow } from '../live/clock.ts';
import { useHere } from '../live/providers.tsx';
import { age, dateName } from '../strings/format.ts';
import { phoneStrings } from '../strings/phone.ts';
import { Section } from '../ui/parts.tsx';
import { Back } from './back.tsx';

const words = phoneStrings.phone.phones;
const CodeDialog = lazy(() => import('./phone-code.tsx').then((module) => ({ default: module.PhoneCode })));
const pollMs = 3000;

/** The phones that may speak for the operator: who, when last seen, and how to add or remove one. */
export function Phones() {
  const { trpc } = useHere();
  const [adding, setAdding] = useState(false);
  const { data, refetch } = useQuery({ queryKey: ['phones'], queryFn: ({ signal }) => trpc.phones.list.query(undefined, { signal }), refetchInterval: pollMs });
  const count = data?.phones.length ?? 0;
  return (
    <Page>
      <div className="narrow" data-testid="phones">
        <Back />
        <h1 className="say">
          {data
            ? words.say(count).map((clause) => (
                <span key={clause}>
                  <span className="nw">{clause}</span>{' '}
                </span>
              ))
            : words.asking}
        </h1>
        <p className="lede">{words.lede}</p>
        {data && data.app === undefined && (
          <div className="note calm" role="status">
            <b>{words.noApp}</b>
            {words.noAppNext}
          </div>
        )}
        {data?.app !== undefined && (
          <div className="pt-3 pb-6">
            <button type="button" className="btn pri" disabled={count >= data.max} onClick={() => setAdding(true)}>
              {words.add}
            </button>
            {count >= data.max && <p className="sm pt-2">{words.full(data.max)}</p>}
          </div>
        )}
        {count > 0 && (
          <Section id="phones" title={words.list}>
            <ul className="ruled">
              {data?.phones.map((phone) => (
                <PhoneRow key={phone.id} phone={phone} onGone={() => void refetch()} />
              ))}
            </ul>
          </Section>
        )}
      </div>
      {adding && (
        <Suspense>
          <CodeDialog known={data?.phones ?? []} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </Page>
  );
}

export interface PairedPhone {
  readonly id: string;
  readonly name: string;
  readonly pairedAt: number;
  readonly lastSeenAt: number;
  readonly lastWay: 'direct' | 'hub';
}

function PhoneRow({ phone, onGone }: { phone: PairedPhone; onGone: () => void }) {
  const { trpc } = useHere();
  const now = useNow();
  const [asked, setAsked] = useState(false);
  const [failed, setFailed] = useState(false);
  const remove = async () => {
    setFailed(false);
    try {
      await trpc.phones.revoke.mutate({ id: phone.id });
      onGone();
    } catch {
      setFailed(true);
    }
  };
  return (
    <li data-testid="phone">
      <div className="phonerow">
        <div>
          <b>{phone.name}</b>
          <span className="sm block">
            {words.seen(age(now - phone.lastSeenAt))}, {words.ways[phone.lastWay]}; {words.paired(dateName(phone.pairedAt))}
          </span>
        </div>
        {!asked && (
          <button type="button" className="btn" aria-label={`${words.remove} ${phone.name}`} onClick={() => setAsked(true)}>
            {words.remove}
          </button>
        )}
      </div>
      {asked && (
        <div className="note" role="alertdialog" aria-label={words.removeSay(phone.name)}>
          <b>{words.removeSay(phone.name)}</b>
          {failed ? words.failed : words.removeNext}
          <div className="row">
            <button type="button" className="btn" onClick={() => void remove()}>
              {words.remove}
            </button>
            <button type="button" className="btn" onClick={() => setAsked(false)}>
              {words.keep}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}
