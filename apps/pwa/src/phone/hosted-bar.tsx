'use client';
import { useBrowserNow } from '../live/clock.ts';
import { phoneStrings } from '../strings/phone.ts';
import { Go } from '../ui/go.tsx';
import { useLine } from './line-context.ts';
import { lineWords } from './line-words.ts';
import { UpdateBand } from './update-band.tsx';
import { useOnline } from './use-online.ts';

/** Above a node's pages in the app: back to all nodes, and by which way this one is reached. */
export function HostedBar() {
  const { state } = useLine();
  const words = lineWords(state, useBrowserNow(), useOnline());
  return (
    <>
      <UpdateBand />
      <div className="hosted-bar">
        <Go href="/nodes">{phoneStrings.phone.nodes.back}</Go>
        <span data-testid="way" data-way={state.at === 'up' ? state.way.at : state.at}>
          {words.say}
        </span>
      </div>
    </>
  );
}
