import type { Floor } from '../io.ts';

/** Order of entries of one (origin, stream, class): by incarnation, then by sequence. docs/protocol.md §8.3 */
export const isBefore = (a: Floor, b: Floor): boolean => a.incarnation < b.incarnation || (a.incarnation === b.incarnation && a.sequence < b.sequence);

export const lowest = (a: Floor, b: Floor): Floor => (isBefore(b, a) ? b : a);
