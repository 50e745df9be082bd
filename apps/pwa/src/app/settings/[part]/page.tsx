import type { Metadata } from 'next';
import { settingsStrings } from '../../../strings/settings.ts';

const { parts } = settingsStrings.settings;

export const dynamicParams = false;
export const generateStaticParams = () => Object.keys(parts).map((part) => ({ part }));

export async function generateMetadata({ params }: { params: Promise<{ part: string }> }): Promise<Metadata> {
  const { part } = await params;
  return { title: parts[part as keyof typeof parts] };
}

/** An address and its title; the shell shows what is here (settings/sections.ts). */
export default function Route() {
  return null;
}
