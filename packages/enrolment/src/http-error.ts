import type { Context } from 'hono';
import type * as z from 'zod';
import type { Env } from './door.ts';

/** An answer to the client that a route throws. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: 400 | 401 | 403 | 404 | 413 | 421 | 429 | 503;
  readonly code: string;
  constructor(status: HttpError['status'], code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The request's JSON body by its schema; throws HttpError or ZodError. */
export async function bodyOf<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await c.req.text();
  } catch {
    throw new HttpError(413, 'too-big', 'the body is too long, or was cut short');
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new HttpError(400, 'bad-request', 'the body is not JSON');
    throw error;
  }
}
