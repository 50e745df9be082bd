'use client';
import { Page } from '../frame/frame.tsx';
import { frameStrings } from '../strings/en/frame.ts';

/** A page that failed, inside the frame: the other pages stay open. A part that was not fetched in time is no mistake of the page. */
export default function Failed({ error }: { error: Error }) {
  const { broken } = frameStrings;
  const words = error.name === 'ChunkLoadError' ? broken.unfetched : broken;
  return (
    <Page>
      <h1 className="say">{words.say}</h1>
      <p className="lede">{words.next}</p>
      <button type="button" className="btn pri" onClick={() => location.reload()}>
        {broken.again}
      </button>
    </Page>
  );
}
