import { eq } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { rewardNotes } from './schema.ts';

export async function noteOf<T>(session: Session, name: string): Promise<T | undefined> {
  const [row] = await session.select().from(rewardNotes).where(eq(rewardNotes.name, name));
  return row && (JSON.parse(row.value) as T);
}

export async function putNote(session: Session, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await session
    .insert(rewardNotes)
    .values({ name, value: text })
    .onConflictDoUpdate({ target: rewardNotes.name, set: { value: text } });
}
