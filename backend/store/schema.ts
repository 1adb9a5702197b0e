import type { SetupTables } from './setup-tables.ts';

/** Cross-tenant: which tenants there are. The one table without row-level security. */
export interface TenantTable {
  tenant: string;
  registered_at: Date;
}

/** Every table, put together from one `*-tables.ts` per subject; each belongs to the migration of the same name. */
export interface Database extends SetupTables {
  tenant: TenantTable;
}
