import type { Metadata } from 'next';
import { frameStrings } from '../../strings/frame.ts';

export const metadata: Metadata = { title: frameStrings.titles.login };

/** An address and its title; the shell shows what is here (frame/pages.ts). */
export default function Route() {
  return null;
}
