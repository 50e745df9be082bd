import type { Database } from '../store/database.ts';
import { allNodes } from '../store/members.ts';
import type { Community } from './community.ts';

/** Ids of enrolled nodes, at hand for questions that cannot wait for the database. As many as the nodes table has rows. */
export class Members {
  readonly #ids: Set<string>;
  readonly #community: Community;

  private constructor(ids: Set<string>, community: Community) {
    this.#ids = ids;
    this.#community = community;
  }

  static async open(db: Database, community: Community): Promise<Members> {
    return new Members(new Set((await allNodes(db)).map((node) => node.id)), community);
  }

  add(node: string): void {
    this.#ids.add(node);
  }

  /** Enrolled, and not revoked. */
  has(node: string): boolean {
    return this.#ids.has(node) && !this.#community.isRevoked(node, '');
  }
}
