import { CounterTable } from './counters.ts';
import { CredentialTable } from './credentials.ts';
import { type Database, openDatabase } from './database.ts';
import { DeviceTable } from './devices.ts';
import { LogTable } from './log.ts';
import { PhoneTable } from './phones.ts';
import { RewardTable } from './rewards.ts';
import { Settings } from './settings.ts';

/** state.db, table by table. Every call is synchronous and short. */
export class Store {
  readonly settings: Settings;
  readonly counters: CounterTable;
  readonly log: LogTable;
  readonly credentials: CredentialTable;
  readonly devices: DeviceTable;
  readonly phones: PhoneTable;
  readonly rewards: RewardTable;
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    this.settings = new Settings(database);
    this.counters = new CounterTable(database);
    this.log = new LogTable(database);
    this.credentials = new CredentialTable(database);
    this.devices = new DeviceTable(database);
    this.phones = new PhoneTable(database);
    this.rewards = new RewardTable(database);
  }

  /** Throws StoreUnusable. */
  static open(file: string): Store {
    return new Store(openDatabase(file));
  }

  /** Sessions' keys and OPAQUE's server setup are in here: for the agent's eyes only, so `open` expects a folder of mode 0700. */
  [Symbol.dispose](): void {
    this.#database.$client.close();
  }
}
