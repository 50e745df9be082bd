'use client';
import { number } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { useWidth } from '../ui/use-width.ts';

/** Nobody yet: you, and how far you reach. */
export function Reach({ scale = 1 }: { scale?: number }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const height = 260 * scale;
  const [cx, cy] = [width / 2, height / 2];
  const rings = [
    { r: 34 * scale, text: number(50) },
    { r: 64 * scale, text: number(150) },
    { r: 94 * scale, text: number(400) },
  ];
  return (
    <div ref={ref} role="img" aria-label={homeStrings.alone.reachLabel} data-testid="alone" style={{ height }}>
      {width > 0 && (
        <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {[...rings.map((ring) => ring.r), 122 * scale].map((r) => (
            <circle
              key={r}
              cx={cx}
              cy={cy}
              r={r}
              fill="none"
              stroke={r === 122 * scale ? 'var(--rule)' : 'var(--edge)'}
              strokeDasharray="1.5 5"
              strokeLinecap="round"
              strokeWidth="1.4"
            />
          ))}
          {rings.map(({ r, text }) => (
            <text key={r} x={cx} y={cy - r + 4} textAnchor="middle" style={{ paintOrder: 'stroke', stroke: 'var(--ground)', strokeWidth: 8 }}>
              {text} m
            </text>
          ))}
          <circle cx={cx} cy={cy} r={13} fill="var(--enamel)" />
          <circle cx={cx} cy={cy} r={7.5} fill="none" stroke="var(--on-enamel)" strokeWidth="2" />
          <text className="k" x={cx} y={cy + 30} textAnchor="middle" style={{ fontSize: 14, paintOrder: 'stroke', stroke: 'var(--ground)', strokeWidth: 4 }}>
            {frameStrings.you}
          </text>
        </svg>
      )}
    </div>
  );
}
