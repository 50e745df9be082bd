/** Shape says it, colour repeats it, the words beside it confirm it: all of these are hidden from screen readers. */
export type GlyphName = 'well' | 'warn' | 'off' | 'node' | 'gateway' | 'you' | 'offline' | 'device' | 'backend' | Stage;
/** An hour's way: ring, half, dot, disc; a cross for what pays nothing. */
type Stage = 'pending' | 'proved' | 'claimed' | 'lost' | 'coin';

const classes: Partial<Record<GlyphName, string>> = { well: 'g well', warn: 'g warn', off: 'g off', lost: 'g warn' };

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className={classes[name] ?? 'g'} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}

const shapes: Record<GlyphName, React.ReactNode> = {
  well: (
    <>
      <circle cx="8" cy="8" r="8" fill="currentColor" />
      <path d="M4.3 8.3l2.5 2.5 4.9-5.3" fill="none" stroke="var(--ground)" strokeWidth="2" />
    </>
  ),
  warn: (
    <>
      <path d="M8 .8 16 15.2H0z" fill="currentColor" />
      <path d="M8 5.5v4.6M8 11.4v2" stroke="var(--ground)" strokeWidth="2" />
    </>
  ),
  off: <circle cx="8" cy="8" r="6.8" fill="none" stroke="currentColor" strokeWidth="2.2" strokeDasharray="3.2 2.2" />,
  node: <circle cx="8" cy="8" r="7.5" fill="var(--ink)" />,
  gateway: (
    <>
      <path d="M0 0h16v16H0z" fill="var(--ink)" />
      <path d="M5.5 5.5h5v5h-5z" fill="var(--ground)" />
    </>
  ),
  you: (
    <>
      <circle cx="8" cy="8" r="8" fill="var(--enamel)" />
      <circle cx="8" cy="8" r="4.4" fill="none" stroke="var(--on-enamel)" strokeWidth="2" />
    </>
  ),
  offline: <circle cx="8" cy="8" r="6.8" fill="var(--off-fill)" stroke="var(--off)" strokeWidth="1.8" />,
  device: (
    <>
      <path d="M3 1.5h10v13H3z" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M5.5 5h5M8 9.5v2.5" stroke="currentColor" strokeWidth="2" />
    </>
  ),
  pending: <circle cx="8" cy="8" r="6.7" fill="var(--ground)" stroke="var(--ink)" strokeWidth="2.4" />,
  proved: (
    <>
      <circle cx="8" cy="8" r="6.7" fill="var(--ground)" stroke="var(--ink)" strokeWidth="2.4" />
      <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="var(--ink)" />
    </>
  ),
  claimed: <circle cx="8" cy="8" r="8" fill="var(--ink)" />,
  lost: <path d="M2.5 2.5l11 11m0-11l-11 11" stroke="currentColor" strokeWidth="2.6" />,
  coin: <circle cx="8" cy="8" r="6.9" fill="var(--lamp)" stroke="var(--ink)" strokeWidth="2" />,
  backend: <path d="M1 3h14v4H1zM1 9h14v4H1z" fill="none" stroke="var(--ink)" strokeWidth="2" />,
};

export function Brand() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 15.5 17 7" stroke="var(--ink)" strokeWidth="3" />
      <circle cx="6" cy="16.5" r="5" fill="var(--lamp)" stroke="var(--ink)" strokeWidth="2" />
      <path d="M13 2.5h8.5V11H13z" fill="var(--ink)" />
    </svg>
  );
}
