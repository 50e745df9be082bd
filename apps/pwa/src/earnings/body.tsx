'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings, WalletState } from '../live/model.ts';
import type { Position } from '../time/day-axis.tsx';
import { Balance } from './balance.tsx';
import { withNews } from './chain.ts';
import { Chart } from './chart.tsx';
import type { Range } from './columns.ts';
import { Errands } from './errands.tsx';
import { hoursFirst, useHours } from './feeds.ts';
import { HoursSection } from './hours.tsx';
import { Lamp } from './lamp.tsx';
import { LedgerNote } from './ledger-note.tsx';
import { Movements } from './movements.tsx';
import type { Doing } from './places.ts';
import { RuleSection } from './rule-section.tsx';
import { useLedger } from './use-ledger.ts';
import { Way } from './way.tsx';

export interface BodyProps {
  readonly earnings: Earnings;
  readonly wallet: WalletState | undefined;
  readonly position: Position | undefined;
  readonly open: (doing: Doing) => void;
}

/** Everything below the sentence. What the node said, and while it is silent what the ledger says beside it. */
export function Body({ earnings, wallet, position, open }: BodyProps) {
  const { past } = useNodeState();
  const [range, setRange] = useState<Range>('today');
  const [limit, setLimit] = useState(hoursFirst);
  const hours = useHours(limit);
  const ledger = useLedger(earnings, wallet);
  const epochSeconds = earnings.terms?.epochSeconds ?? 3600;
  const { hours: shown, changed } = withNews(hours?.hours ?? [], ledger.read?.hours ?? [], epochSeconds);
  return (
    <>
      <LedgerNote ledger={ledger} changed={changed} earnings={earnings} />
      {!past && <Lamp wallet={wallet} earnings={earnings} />}
      <div className="earn">
        <div className="earn-side">
          <Balance earnings={earnings} wallet={wallet} ledger={ledger.read} open={open} />
          <Way earnings={earnings} />
        </div>
        <div className="earn-main">
          <Chart earnings={earnings} range={range} onRange={setRange} position={position} />
          <HoursSection
            earnings={earnings}
            hours={hours && shown}
            limit={limit}
            onMore={() => setLimit((before) => Math.min(200, before + 48))}
            range={range}
          />
        </div>
        <div className="earn-rest">
          <Errands earnings={earnings} />
          <Movements earnings={earnings} wallet={wallet} />
          <RuleSection earnings={earnings} />
        </div>
      </div>
    </>
  );
}
