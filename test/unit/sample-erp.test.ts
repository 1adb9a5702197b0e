import { describe, expect, test } from 'vitest';
import { sampleTables } from '../stand-in/sample-erp.ts';
import { seedTenant } from '../stand-in/seed.ts';

const seed = seedTenant('Cust10001');
const tables = sampleTables(seed);

function column(sheet: string, header: string): unknown[] {
  const table = tables.find((candidate) => candidate.sheet === sheet);
  return table?.rows.map((row) => row[table.headers.indexOf(header)]) ?? [];
}

describe('the sample ERP', () => {
  test('is the same on every run', () => {
    expect(sampleTables(seedTenant('Cust10001'))).toEqual(tables);
  });

  test('most customers are companies of the tenant, by name or organisation number', () => {
    const names = new Set(seed.companies.map(({ name }) => name.toLowerCase()));
    const numbers = new Set(seed.companies.map(({ orgNr }) => orgNr));
    const keys = column('Customer', 'Name').map((name, row) => [name, column('Customer', 'Organisation number')[row]]);
    const matched = keys.filter(
      ([name, number]) => names.has(String(name).toLowerCase()) || numbers.has(String(number)),
    );
    expect(matched.length / keys.length).toBeGreaterThan(0.9);
    expect(matched.length).toBeLessThan(keys.length);
  });

  test('most of them differ in something, and some are the same in all', () => {
    const [names, cities, phones] = ['Name', 'City', 'Phone'].map((header) => column('Customer', header));
    const same = names?.filter((name, row) => {
      const company = seed.companies.find((candidate) => candidate.name === name);
      return company && company.postal.city === cities?.[row] && company.phone === phones?.[row];
    });
    expect(same?.length).toBeGreaterThan(20);
    expect(same?.length).toBeLessThan(column('Customer', 'ID').length - 20);
  });

  test('some companies are not in the ERP', () => {
    const known = new Set([...column('Customer', 'Email'), ...column('Supplier', 'Email')]);
    expect(seed.companies.filter(({ email }) => !known.has(email)).length).toBeGreaterThan(10);
  });

  test('the company that owns the installation is nobody’s customer', () => {
    const owner = seed.companies.find(({ id }) => id === seed.ownerCompanyId);
    expect(column('Customer', 'Name')).not.toContain(owner?.name);
  });

  test('every person has a parent that is there', () => {
    const customers = new Set(column('Customer', 'ID').map((id) => `Customer/${String(id)}`));
    const suppliers = new Set(column('Supplier', 'ID').map((id) => `Supplier/${String(id)}`));
    const parents = column('Person', 'ParentType').map(
      (type, row) => `${String(type)}/${String(column('Person', 'ParentID')[row])}`,
    );
    expect(parents.length).toBeGreaterThan(100);
    expect(parents.filter((parent) => !customers.has(parent) && !suppliers.has(parent))).toEqual([]);
  });

  test('zip codes are texts, so that none loses its zero', () => {
    const zips = column('Customer', 'Zip');
    expect(zips.filter((zip) => zip !== null && typeof zip !== 'string')).toEqual([]);
    expect(zips.some((zip) => String(zip).startsWith('0'))).toBe(true);
  });
});
