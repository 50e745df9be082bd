import type { Metadata } from 'next';
import { strings } from '../../strings/index.ts';
import { Traffic } from '../../traffic/traffic.tsx';

export const metadata: Metadata = { title: strings.titles.traffic };

export default function Route() {
  return <Traffic />;
}
