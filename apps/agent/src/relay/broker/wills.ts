import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

export interface Will {
  readonly clientId: string;
  readonly device: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/**
 * Wills of connected devices, durable before CONNACK: an agent that died finds here whose connection ended without
 * DISCONNECT. One row per client id, so bounded by the sessions. MQTT 3.1.1 §3.1.2.5
 */
export class Wills {
  readonly #db: Database.Database;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec(
      'create table if not exists will (client text primary key, device text not null, topic text not null, payload blob not null, qos integer not null, retain integer not null)',
    );
  }

  keep(will: Will): void {
    this.#db
      .prepare('insert or replace into will values (?, ?, ?, ?, ?, ?)')
      .run(will.clientId, will.device, will.topic, Buffer.from(will.payload), will.qos, will.retain ? 1 : 0);
  }

  drop(clientId: string): void {
    this.#db.prepare('delete from will where client = ?').run(clientId);
  }

  left(): Will[] {
    const rows = this.#db.prepare('select * from will').all() as {
      client: string;
      device: string;
      topic: string;
      payload: Buffer;
      qos: 0 | 1 | 2;
      retain: number;
    }[];
    return rows.map((r) => ({ clientId: r.client, device: r.device, topic: r.topic, payload: r.payload, qos: r.qos, retain: r.retain === 1 }));
  }

  close(): void {
    this.#db.close();
  }
}
