import Link from 'next/link';
import { strings } from '../strings/index.ts';

export default function NotFound() {
  return (
    <main id="main" className="main">
      <h1 className="say">{strings.notFound.say}</h1>
      <Link className="btn pri" href="/">
        {strings.notFound.next}
      </Link>
    </main>
  );
}
