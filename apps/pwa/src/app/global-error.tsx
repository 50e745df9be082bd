'use client';
import './globals.css';
import { frameStrings } from '../strings/frame.ts';
import { language } from '../strings/language.ts';

/** A bug of the page itself: said in words, with a way on. */
export default function GlobalError() {
  const { broken } = frameStrings;
  return (
    <html lang={language}>
      <body>
        <main id="main" className="main">
          <h1 className="say">{broken.say}</h1>
          <p className="lede">{broken.next}</p>
          <a className="btn pri" href="/">
            {broken.again}
          </a>
        </main>
      </body>
    </html>
  );
}
