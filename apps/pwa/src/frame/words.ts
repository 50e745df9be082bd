import { useSyncExternalStore } from 'react';
import { frameStrings as exported } from '../strings/en/frame.ts';
import { frameStrings } from '../strings/frame.ts';

/**
 * For what is in the exported HTML, which is English: it wakes up as it is there, and speaks the chosen language at once after that.
 * What is drawn later reads the catalogue itself.
 */
export const useFrameStrings = (): typeof frameStrings => useSyncExternalStore(never, chosen, asExported);

const never = () => () => {};
const chosen = () => frameStrings;
const asExported = (): typeof frameStrings => exported;
