import { span, spansOf } from '@energymesh/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSpans, encodeSpans } from './span-bytes.ts';

test('spans survive the database, up to the largest sequence there is', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 48 - 2 }), { maxLength: 25 }), (numbers) => {
      const spans = spansOf(numbers);
      expect(decodeSpans(encodeSpans(spans))).toEqual(spans);
    }),
  );
  const far = span(2 ** 48 - 2, 1);
  expect(decodeSpans(encodeSpans(far))).toEqual(far);
});
