import type { RadioBeneath } from '../live/model.ts';
import { radioStrings } from '../strings/radio.ts';

/** What one radio can do, as the node's check of the radios has it. */
export const radioWords = ({ words, interface: on, driver, canMesh, canAccessPoint }: RadioBeneath['check']['radios'][number]): string =>
  radioStrings.radio.one(words, on, driver, canMesh, canAccessPoint);
