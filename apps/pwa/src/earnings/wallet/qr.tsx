'use client';
import encodeQR from 'qr';
import { qrPath } from './qr-path.ts';

/** Dark on light in both looks: not every scanner reads the other way round. */
export function Qr({ text, label }: { text: string; label: string }) {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const size = modules.length;
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges" data-testid="qr">
      <path d={`M0 0h${size}v${size}H0z`} fill="#fff" />
      <path d={qrPath(modules)} fill="#14181b" />
    </svg>
  );
}
