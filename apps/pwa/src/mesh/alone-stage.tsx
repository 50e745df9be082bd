'use client';
import { Reach } from '../home/reach.tsx';
import { homeStrings } from '../strings/home.ts';
import { meshStrings } from '../strings/mesh.ts';
import { useWidth } from '../ui/use-width.ts';

/** On a phone the stage lies between the tools and the sheet: the rings have to fit in between. */
const roomyPx = 600;

/** Zero neighbours is drawn too: you, alone, and what to try. */
export function AloneStage({ community }: { community: string }) {
  const { alone } = homeStrings;
  const { mesh } = meshStrings;
  const [ref, width] = useWidth<HTMLDivElement>();
  return (
    <>
      <div ref={ref} className="stage alone grid content-center">
        {width > 0 && <Reach scale={width < roomyPx ? 0.7 : 1.3} />}
        <p className="sm px-4 text-center">{alone.reach}</p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <aside className="sheet half" aria-label={alone.title} tabIndex={0}>
        <p className="lead pt-4">{mesh.aloneSay}</p>
        <h2 className="pt-2 font-semibold">{alone.title}</h2>
        <ol className="steps" data-testid="what-to-try">
          {alone.tries.map((step) => (
            <li key={step.do}>
              <b>{step.do}</b>
              <span>{typeof step.why === 'function' ? step.why(community) : step.why}</span>
            </li>
          ))}
        </ol>
      </aside>
    </>
  );
}
