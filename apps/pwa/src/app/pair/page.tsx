import type { Metadata } from 'next';
import { phoneStrings } from '../../strings/phone.ts';

export const metadata: Metadata = { title: phoneStrings.phone.titles.pair };

/** An address and its title; the shell shows what is here (frame/pages.ts). */
export default function Route() {
  return null;
}
