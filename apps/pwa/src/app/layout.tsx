import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Shell } from '../frame/shell.tsx';
import { frameStrings } from '../strings/frame.ts';
import { themeScript } from '../ui/theme.ts';

export const metadata: Metadata = {
  title: { default: frameStrings.app, template: `%s · ${frameStrings.app}` },
  description: 'A node of an energy-sharing community’s mesh.',
};
export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#FBFAF6' },
    { media: '(prefers-color-scheme: dark)', color: '#14171A' },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    // The theme script sets an attribute before React wakes up.
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  );
}
