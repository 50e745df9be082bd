import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import type { Env } from './door.ts';
import { HttpError } from './http-error.ts';
import { type EnrolmentParts, enrolmentRoutes } from './routes.ts';

const bodyBytesMax = 16 * 1024;

/** Enrolment alone, as the door of a node that made its community has it. `failed`: an error of ours, for the log. */
export function enrolmentApp(parts: EnrolmentParts, failed: (error: Error) => void): Hono<Env> {
  const app = new Hono<Env>();
  const fail = (status: HttpError['status'] | 500, code: string, message: string) => Response.json({ error: { code, message } }, { status });
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: () => fail(413, 'too-big', `the body may have ${bodyBytesMax} bytes`) }));
  app.route('/', enrolmentRoutes(parts));
  app.notFound(() => fail(404, 'not-found', 'there is nothing here'));
  app.onError((error) => {
    if (error instanceof HttpError) return fail(error.status, error.code, error.message);
    if (error instanceof z.ZodError)
      return fail(400, 'bad-request', error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '));
    failed(error);
    return fail(500, 'internal', 'this authority could not do it; its log says why');
  });
  return app;
}
