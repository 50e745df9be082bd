/** Put in by build.mjs; run from source there is none. */
declare const ENERGYMESH_BUILD: { readonly version: string; readonly date: number } | undefined;

/** `date` in Unix milliseconds: no true time is before it. */
export const buildInfo: { readonly version: string; readonly date: number } =
  typeof ENERGYMESH_BUILD === 'undefined' ? { version: '0.1.0-source', date: Date.UTC(2026, 0, 1) } : ENERGYMESH_BUILD;
