'use client';
import { useEffect, useRef, useState } from 'react';
import { Qr } from '../earnings/wallet/qr.tsx';
import { useNow } from '../live/clock.ts';
import { useHere } from '../live/providers.tsx';
import { lasting } from '../strings/format.ts';
import { phoneStrings } from '../strings/phone.ts';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Glyph } from '../ui/glyph.tsx';
import type { PairedPhone } from './phones.tsx';

const words = phoneStrings.phone.phones.code;
type Offer = { readonly at: 'asking' } | { readonly at: 'failed' } | { readonly at: 'shown'; readonly link: string; readonly endsAt: number };

/** The code for one more phone; closes the door behind it. */
export function PhoneCode({ known, onClose }: { known: readonly PairedPhone[]; onClose: () => void }) {
  const { trpc } = useHere();
  const now = useNow();
  const [before] = useState(() => new Set(known.map(({ id }) => id)));
  const [offer, setOffer] = useState<Offer>({ at: 'asking' });
  const asked = useRef(false);
  const ask = () => {
    setOffer({ at: 'asking' });
    trpc.phones.offer.mutate().then(
      ({ link, endsAt }) => setOffer({ at: 'shown', link, endsAt }),
      () => setOffer({ at: 'failed' }),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per opening, in development too
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    ask();
  }, []);
  const close = () => {
    // A code that nobody needs any more is good no longer.
    trpc.phones.withdraw.mutate().catch(() => {});
    onClose();
  };
  const paired = known.find(({ id }) => !before.has(id));
  const ended = offer.at === 'shown' && now >= offer.endsAt;
  return (
    <Dialog title={words.title} close={words.close} onClose={close}>
      {paired ? (
        <p className="paired-now" role="status" data-testid="paired">
          <Glyph name="well" />
          <b>{words.done(paired.name)}</b>
          <span>{words.doneNext}</span>
        </p>
      ) : offer.at === 'failed' || ended ? (
        <div className="note" role="alert">
          <b>{ended ? words.ended : words.failed}</b>
          <button type="button" className="btn mt-2" onClick={ask}>
            {words.again}
          </button>
        </div>
      ) : offer.at === 'shown' ? (
        <>
          <ol className="how">
            {words.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <div className="qr-box" data-testid="phone-code" data-link={offer.link}>
            <Qr text={offer.link} label={words.label} />
          </div>
          <p className="sm mb-3">
            {words.ends(lasting(Math.max(0, offer.endsAt - now)))}. {words.secret}
          </p>
          <Copy text={offer.link} label={words.copy} />
        </>
      ) : null}
    </Dialog>
  );
}
