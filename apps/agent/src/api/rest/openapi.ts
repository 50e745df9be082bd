import * as z from 'zod';
import { routes } from './routes.ts';

const problemDetails = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'The cause and what to do' },
    problems: {
      type: 'array',
      items: { type: 'object', required: ['field', 'text'], properties: { field: { type: 'string' }, text: { type: 'string' } } },
    },
  },
};

const json = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const operationId = (path: string): string =>
  path
    .replace('.csv', '/csv')
    .split('/')
    .filter(Boolean)
    .map((part) => part.replace(/[{}]/g, ''))
    .map((part, i) => (i === 0 ? part : part[0]?.toUpperCase() + part.slice(1)))
    .join('');

/** The document of OpenAPI 3.1 for `version` of the agent. */
export function openapi(version: string): Record<string, unknown> {
  const refused = (description: string) => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });
  return {
    openapi: '3.1.0',
    info: {
      title: 'EnergyMesh node',
      version,
      description:
        'What programs read of a node: its state, its mesh, its traffic and its earnings. Instants are Unix milliseconds, sizes bytes, amounts stroops.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths: Object.fromEntries(
      routes.map(({ path, summary, open, asked, answer }) => {
        const { properties = {}, required = [] } = asked
          ? (json(asked, 'input') as { properties?: Record<string, { description?: string }>; required?: string[] })
          : {};
        const parameters = Object.entries(properties).map(([name, { description, ...schema }]) => {
          const inPath = path.includes(`{${name}}`);
          return { name, in: inPath ? 'path' : 'query', required: inPath || required.includes(name), ...(description && { description }), schema };
        });
        const content = answer ? { 'application/json': { schema: json(answer, 'output') } } : { 'text/csv': { schema: { type: 'string' } } };
        return [
          path,
          {
            get: {
              operationId: operationId(path),
              summary,
              ...(open && { security: [] }),
              ...(parameters.length > 0 && { parameters }),
              responses: {
                200: { description: 'As it is now', content },
                ...(asked && { 400: refused('What was asked is not possible; each problem names its field') }),
                ...(!open && { 401: refused('No token, or one that is none of this node') }),
                429: refused('Too many requests; Retry-After says how long to wait'),
              },
            },
          },
        ];
      }),
    ),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'em_..., made by the operator under Settings' } },
      schemas: { Problem: problemDetails },
    },
  };
}
