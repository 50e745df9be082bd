/** The languages of the catalogue, each by its name in itself. */
export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

const key = 'energymesh.language';
const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);

/** What was chosen on the page; else the first that the browser asks for and the catalogue has; else English. */
export function languageOf(kept: string | null, asked: readonly string[]): Language {
  const names = [kept ?? '', ...asked.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '')];
  return names.find(isLanguage) ?? 'en';
}

/** Outside of a browser, where the pages are exported, it is English. */
function read(): Language {
  if (typeof document === 'undefined') return 'en';
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(key);
  } catch {
    // Refused: the browser's own language.
  }
  return languageOf(kept, navigator.languages);
}

/** Of the whole page, as long as it is loaded: words and number formats are taken from it once. */
export const language: Language = read();

/** Loads the page anew, in that language. False: the browser keeps nothing, so it stays as it is. */
export function setLanguage(name: Language): boolean {
  if (name === language) return true;
  try {
    localStorage.setItem(key, name);
  } catch {
    return false;
  }
  location.reload();
  return true;
}

/** The same shape in other words: texts are any text, functions take the same, lists are as long. A `unit` is a name in the code. */
export type Translated<T> = T extends string
  ? string
  : T extends (...args: infer A) => infer R
    ? (...args: A) => Translated<R>
    : { readonly [K in keyof T]: K extends 'unit' ? T[K] : Translated<T[K]> };

export const pick = <W>(en: NoInfer<W>, es: W): W => (language === 'es' ? es : en);
