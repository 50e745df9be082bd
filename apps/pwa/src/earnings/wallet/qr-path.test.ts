import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrPath } from './qr-path.ts';

it('a code is drawn in runs', () => {
  expect(
    qrPath([
      [true, true, false, true],
      [false, false, false, false],
      [false, true, true, true],
    ]),
  ).toBe('M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z');
});

it('what is drawn can be scanned', () => {
  const link = `web+stellar:pay?destination=G${'A'.repeat(55)}&amount=12.5&network_passphrase=EnergyMesh%20Local%20Network%20%3B%20not%20real`;
  const modules = encodeQR(link, 'raw', { ecc: 'medium', border: 4 });
  const path = qrPath(modules);
  // Painted from the path, four pixels to a module, as a camera would see it.
  const [scale, size] = [4, modules.length * 4];
  const data = new Uint8Array(size * size * 4).fill(255);
  for (const [, x, y, wide] of path.matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++)
      for (let column = Number(x) * scale; column < (Number(x) + Number(wide)) * scale; column++)
        data.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
  expect(decodeQR({ width: size, height: size, data })).toBe(link);
});
