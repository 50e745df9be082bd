import { PlainTop } from '../frame/plain-top.tsx';
import { frameStrings } from '../strings/en/frame.ts';
import { Go } from '../ui/go.tsx';

/** Inside the frame, whether or not somebody is logged in. */
export default function NotFound() {
  const { notFound } = frameStrings;
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
