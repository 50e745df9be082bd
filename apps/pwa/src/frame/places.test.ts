import { expect, it } from 'vitest';
import { placeOf } from './places.ts';

it.each([
  ['/', '/'],
  ['/index.html', '/'],
  ['/mesh', '/mesh'],
  ['/mesh/', '/mesh'],
  ['/mesh.html', '/mesh'],
])('%s is the page %s', (path, place) => {
  expect(placeOf(path)).toBe(place);
});
