import type { Metadata } from 'next';
import { frameStrings } from '../../strings/en/frame.ts';
import { Traffic } from '../../traffic/traffic.tsx';

export const metadata: Metadata = { title: frameStrings.titles.traffic };

export default function Route() {
  return <Traffic />;
}
