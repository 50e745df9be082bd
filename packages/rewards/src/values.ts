import * as z from 'zod';

/** Lower case, as everything here is compared as text. */
export const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
export const nodeId = hex(8);
export const publicKey = hex(32);
export const hash = hex(32);
export const signature = hex(64);
export const u32 = z.int().min(0).max(0xffff_ffff);
export const epoch = u32;
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const base64 = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
/** Stroops, decimal: more than a number can say exactly. */
export const stroops = z.string().regex(/^(0|[1-9]\d{0,18})$/);
export const basisPoints = z.int().min(0).max(30_000);
/** An account (G...) or a contract (C...); the checksum is the wallet's to check. */
export const payout = z.string().regex(/^[GC][A-Z2-7]{55}$/);
export const account = z.string().regex(/^G[A-Z2-7]{55}$/);
/** Reasons by name: the contract's errors as docs/proofs.md §9.1 names them (`NotSettled`), the hub's own as `hubReasons` does. */
export const reason = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/);
