import { openapi } from './openapi.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
}
interface Operation {
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly required: boolean; readonly description?: string; readonly schema: Schema }[];
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> } };
}

const kind = ({ type, enum: values, items, anyOf, oneOf, properties }: Schema): string => {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (items) return `list of ${kind(items)}`;
  const either = anyOf ?? oneOf;
  if (either) return [...new Set(either.map(kind))].join(' or ');
  if (properties) return 'object';
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'anything');
};

/** `a.b` for what lies in an object, `a[]` for what lies in a list; `?` where it may be absent. */
function fields(schema: Schema, under = '', depth = 0): string[] {
  if (schema.items?.properties) return fields(schema.items, `${under}[]`, depth);
  if (depth > 2) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, of]) => {
    const path = under ? `${under}.${name}` : name;
    const optional = schema.required?.includes(name) ? '' : '?';
    return [`- \`${path}${optional}\`: ${kind(of)}`, ...fields(of, path, depth + 1)];
  });
}

/** The part of docs/api.md between its marks: one section per address. */
export function reference(): string {
  const { paths } = openapi('') as { paths: Record<string, { get: Operation }> };
  return Object.entries(paths)
    .map(([path, { get }]) => {
      const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(get.responses[200].content);
      const asked = (get.parameters ?? []).map(
        ({ name, required, description, schema: of }) =>
          `- \`${name}\`${required ? '' : ' (may be left out)'}: ${kind(of)}${description ? `. ${description}` : ''}`,
      );
      return [
        `### GET /api/v1${path}`,
        `${get.summary}.${get.security ? ' For anybody on the network.' : ''}`,
        ...(asked.length ? [`Asked:\n\n${asked.join('\n')}`] : []),
        type === 'application/json' ? `Answer:\n\n${fields(schema).join('\n')}` : 'Answer: `text/csv`.',
      ].join('\n\n');
    })
    .join('\n\n')
    .concat('\n');
}
