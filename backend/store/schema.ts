import type { ComparisonTables } from './comparison-tables.ts';
import type { CreationTables } from './creation-tables.ts';
import type { ImportTables } from './import-tables.ts';
import type { RunTables } from './run-tables.ts';
import type { SetupTables } from './setup-tables.ts';
import type { SyncTables } from './sync-tables.ts';
import type { TenantTables } from './tenant-tables.ts';

/** Cross-tenant: which tenants there are. Without row-level security, like the sign-ins under way. */
export interface TenantTable {
  tenant: string;
  registered_at: Date;
}

/** Every table, put together from one `*-tables.ts` per subject; each belongs to the migration of the same name. */
export interface Database
  extends ComparisonTables, CreationTables, ImportTables, RunTables, SetupTables, SyncTables, TenantTables {
  tenant: TenantTable;
}
