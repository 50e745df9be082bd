'use client';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { Copy } from '../ui/copy.tsx';
import { explorerOf, shortHash } from './money.ts';

const words = earningsStrings.earnings.why;

/** A transaction's number: a way to look it up where there is one, else to copy it. */
export function Transaction({ hash, network }: { hash: string; network: NonNullable<Earnings['terms']>['network'] | undefined }) {
  const href = explorerOf(network, hash);
  return (
    <span className="tx" data-testid="transaction" data-hash={hash}>
      {href ? (
        <a className="more" href={href} target="_blank" rel="noreferrer">
          {shortHash(hash)}
        </a>
      ) : (
        <Copy className="more" text={hash} label={shortHash(hash)} name={`${words.copyHash} ${shortHash(hash)}`} />
      )}
    </span>
  );
}
