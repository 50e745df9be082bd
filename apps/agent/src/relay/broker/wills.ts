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

interface Row {
  readonly client: string;
  readonly device: string;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: number;
}

/** Far more than connections; what else there is could not be published when its connection ended. */
const willsMaxByDefault = 4096;

/**
 * Wills of connected devices, durable before CONNACK: an agent that died finds here whose connection ended without
 * DISCONNECT. One row per client id; beyond `willsMax` the one that was kept longest is forgotten. MQTT 3.1.1 §3.1.2.5
 */
export class Wills {
  readonly #db: Database.Database;
  readonly #statements;
  readonly #willsMax: number;

  constructor(file: string, willsMax = willsMaxByDefault) {
    this.#willsMax = willsMax;
    mkdirSync(dirname(file), { recursive: true });
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec(`
      create table if not exists will (client text primary key, device text not null, topic text not null, payload blob not null, qos integer not null, retain integer not null);
      create index if not exists will_device on will (device);
    `);
    this.#statements = {
      // A row that is replaced gets a new rowid: the lowest was kept longest.
      keep: this.#db.prepare('insert or replace into will values (?, ?, ?, ?, ?, ?)'),
      trim: this.#db.prepare('delete from will where rowid in (select rowid from will order by rowid limit max(0, (select count(*) from will) - ?))'),
      of: this.#db.prepare<[string], Row>('select * from will where client = ?'),
      drop: this.#db.prepare('delete from will where client = ?'),
      dropDevice: this.#db.prepare('delete from will where device = ?'),
      left: this.#db.prepare<[], Row>('select * from will order by rowid'),
    };
  }

  keep(will: Will): void {
    this.#statements.keep.run(will.clientId, will.device, will.topic, Buffer.from(will.payload), will.qos, will.retain ? 1 : 0);
    this.#statements.trim.run(this.#willsMax);
  }

  of(clientId: string): Will | undefined {
    const row = this.#statements.of.get(clientId);
    return row && willOf(row);
  }

  drop(clientId: string): void {
    this.#statements.drop.run(clientId);
  }

  dropDevice(device: string): void {
    this.#statements.dropDevice.run(device);
  }

  /** What the last run left behind: for the start. */
  left(): Will[] {
    return this.#statements.left.all().map(willOf);
  }

  close(): void {
    this.#db.close();
  }
}

const willOf = ({ client, retain, ...row }: Row): Will => ({ ...row, clientId: client, retain: retain === 1 });
