import { language } from './language.ts';

/** As it comes from a node, which may be newer than this page. */
export interface SaidThere {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
}
export interface Refusal {
  readonly message?: string;
  readonly data?: { readonly said?: SaidThere | undefined } | null | undefined;
}
interface Catalogue {
  readonly sentences: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}

let catalogue: Catalogue | undefined;
/**
 * One file, which many parts of the page share; the frame waits for it before it draws what the node says (frame/shell.tsx). English needs
 * none, since the agent's text is English. Does not reject: without it the agent's own words are shown.
 */
export const saidReady: Promise<void> =
  language === 'en'
    ? Promise.resolve()
    : import('./es/said.ts').then(
        (loaded) => {
          catalogue = loaded;
        },
        () => {},
      );

/** What the agent says, in the page's language; its own English where the catalogue does not have it. */
export function told(text: string, said: SaidThere | undefined | null): string {
  if (!catalogue || !said) return text;
  const { values } = catalogue;
  const sentence = own(catalogue.sentences, said.code);
  return sentence?.replace(/\{(\w+)\}/g, (_, name: string) => own(values, said.params[name] ?? '') ?? said.params[name] ?? '') ?? text;
}

const own = (table: Readonly<Record<string, string>>, key: string): string | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);

/** Why the node refused. */
export const toldBy = ({ message, data }: Refusal): string => told(message ?? '', data?.said);
