import { expect, it } from 'vitest';
import { parsePosition } from './coordinates.ts';

it.each([
  ['50.7312, 7.1024', 50.7312, 7.1024],
  ['50.7312 7.1024', 50.7312, 7.1024],
  ['50,7312; 7,1024', 50.7312, 7.1024],
  ['-33.8568, 151.2153', -33.8568, 151.2153],
  ['50.7312° N, 7.1024° E', 50.7312, 7.1024],
  ['33.8568 S, 70.5 W', -33.8568, -70.5],
  ['geo:50.7312,7.1024?z=17', 50.7312, 7.1024],
  ['https://www.google.com/maps/place/x/@50.1,7.1,17z/data=!3m1!3d50.7312!4d7.1024', 50.7312, 7.1024],
  ['https://www.google.com/maps/@50.7312,7.1024,17z', 50.7312, 7.1024],
  ['https://www.openstreetmap.org/?mlat=50.7312&mlon=7.1024#map=17/50.1/7.2', 50.7312, 7.1024],
  ['https://www.openstreetmap.org/#map=17/50.73120/7.10240', 50.7312, 7.1024],
  ['https://maps.apple.com/?ll=50.7312,7.1024', 50.7312, 7.1024],
])('%s', (typed, lat, lon) => expect(parsePosition(typed)).toEqual({ lat, lon }));

it.each(['', 'Mill Lane 7', '50.7312', '91, 7', '50, 181', 'fifty, seven', '1,2,3,4,5'])('"%s" is no place', (typed) =>
  expect(parsePosition(typed)).toBeUndefined(),
);
