import type { CloseReason } from '../io.ts';

/** Codes of a bye: why the sender closes. docs/protocol.md §3.7 */
const codes: readonly CloseReason[] = ['duplicate', 'full', 'dead', 'protocol-error', 'revoked', 'copied-card', 'goodbye', 'self', 'standby'];

export const byeCode = (reason: CloseReason): number => codes.indexOf(reason) + 1;
/** An unknown code counts as a plain goodbye. */
export const byeReason = (code: number): CloseReason => codes[code - 1] ?? 'goodbye';
