import { Lost } from '../frame/lost.tsx';

/** Its words follow the language in the browser (frame/words.ts). */
export default function NotFound() {
  return <Lost />;
}
