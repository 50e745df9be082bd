import { frameStrings } from '../strings/en/frame.ts';

export default function NotFound() {
  return (
    <main id="main" className="main">
      <h1 className="say">{frameStrings.notFound.say}</h1>
      <a className="btn pri" href="/">
        {frameStrings.notFound.next}
      </a>
    </main>
  );
}
