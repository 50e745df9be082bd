'use client';
import { Go } from '../ui/go.tsx';
import { PlainTop } from './plain-top.tsx';
import { useFrameStrings } from './words.ts';

/** For an address that is no page: inside the frame, whether or not somebody is logged in. */
export function Lost() {
  const { notFound } = useFrameStrings();
  return (
    <>
      <PlainTop />
      <main id="main" className="main" tabIndex={-1}>
        <h1 className="say">{notFound.say}</h1>
        <p className="lede">{notFound.why}</p>
        <Go className="btn pri" href="/">
          {notFound.next}
        </Go>
      </main>
    </>
  );
}
