import { type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';

/** A statement that is planned once per start of the database: planning it takes longer than what it does for a group of messages. */
export interface Prepared {
  readonly name: string;
  /** PostgreSQL's types of its parameters. */
  readonly parameters: readonly ('text' | 'bigint')[];
  readonly text: string;
}

/**
 * Rows that come as one JSON text, to select from: a parameter for each value takes several times the processor's time, in drizzle, PGlite and the engine.
 * `columns`: names as in the objects, and types. Bytes come as text in base64.
 */
export const rowsOf = (parameter: '$1' | '$2' | '$3', columns: string): string => `json_to_recordset(${parameter}::json) as row(${columns})`;

export const base64 = ({ buffer, byteOffset, length }: Uint8Array): string => Buffer.from(buffer, byteOffset, length).toString('base64');

/** In the one session that the engine has. */
export async function prepare(db: Database, statements: readonly Prepared[]): Promise<void> {
  for (const { name, parameters, text } of statements) await db.execute(sql.raw(`prepare ${name} (${parameters}) as ${text}`));
}

/** What PostgreSQL executes takes literals, no parameters. */
export const execute = (statement: Prepared, ...values: readonly (string | number)[]): SQL => sql.raw(`execute ${statement.name} (${values.map(literal)})`);

/** With standard_conforming_strings, which is PostgreSQL's default, the apostrophe is the only character that ends a literal or begins anything. */
const literal = (value: string | number): string => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`);
