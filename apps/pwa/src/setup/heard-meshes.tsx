import type { RadioBeneath } from '../live/model.ts';
import { signalQuality } from '../mesh/beneath.tsx';
import { setupStrings } from '../strings/setup.ts';
import { Bars } from '../ui/parts.tsx';

const words = setupStrings.setup.radio;

/** Meshes that this node's radio hears, to be taken by their name; the passphrase comes from whoever is in one. */
export function HeardMeshes({ heard, chosen, onChoose }: { heard: RadioBeneath['heard']; chosen: string; onChoose: (id: string) => void }) {
  if (heard.length === 0) return <p className="sm py-2">{words.noneHeard}</p>;
  return (
    <ul className="plain-list mt-3 mb-3" aria-label={words.heard} data-testid="heard-meshes">
      {heard.map(({ id, signalDbm, channel, secured }) => (
        <li key={id}>
          <button type="button" className="split w-full py-1 text-left" aria-pressed={id === chosen} onClick={() => onChoose(id)}>
            <span className="min-w-0">
              <b className="block wrap-anywhere">{id}</b>
              <span className="sm block">
                {[channel !== undefined && words.channel(channel), secured ? words.secured : words.open].filter(Boolean).join(', ')}
              </span>
            </span>
            <Bars quality={signalQuality(signalDbm)} />
          </button>
        </li>
      ))}
    </ul>
  );
}
