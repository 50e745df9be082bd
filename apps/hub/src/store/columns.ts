import { bigint, customType } from 'drizzle-orm/pg-core';

/** Instants are milliseconds since 1970 by the hub's clock. */
export const instant = (name: string) => bigint(name, { mode: 'number' });
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
