import { html } from 'hono/html';
import { associate, countryCarrier, fullName } from '../entities.ts';
import { localized } from '../encoding.ts';
import type { SeedUser } from '../seed.ts';
import { listItems } from '../tenant.ts';
import type { Company, EntityType, Person, Project, Tenant } from '../tenant.ts';
import type { Markup } from './document.ts';
import { link, table } from './record-page.ts';

export interface ListPage {
  readonly tenant: Tenant;
  readonly user: SeedUser;
  readonly type: EntityType;
  readonly search: string;
  readonly page: number;
}

const pageSize = 50;
const headings = { contact: 'Companies', person: 'Contacts', project: 'Projects' } as const;
const view = { language: 'US', withOffset: false } as const;

/** All records of a kind that the user may see, by name, fifty at a time. */
export function listPage({ tenant, user, type, search, page }: ListPage): Markup {
  const { heads, rows } = contents(tenant, user, type, search.trim().toLowerCase());
  const last = Math.max(0, Math.ceil(rows.length / pageSize) - 1);
  const now = Math.min(page, last);
  const to = (number: number): string =>
    `/${tenant.context}/${type}?${new URLSearchParams({ q: search, page: String(number) }).toString()}`;
  return html`
    <section class="card list" aria-labelledby="heading">
      <header class="list-head">
        <h1 id="heading">${headings[type]}</h1>
        <form class="search" action="/${tenant.context}/${type}" data-go>
          <input
            type="search"
            name="q"
            aria-label="Find in ${headings[type].toLowerCase()}"
            placeholder="Find"
            value="${search}"
          />
        </form>
      </header>
      ${table(heads, rows.slice(now * pageSize, (now + 1) * pageSize))}
      <nav class="pages" aria-label="Pages">
        ${now > 0 ? html`<a class="button" href="${to(now - 1)}" data-go>Previous</a>` : ''}
        <span class="muted">${rows.length} in all, page ${now + 1} of ${last + 1}</span>
        ${now < last ? html`<a class="button" href="${to(now + 1)}" data-go>Next</a>` : ''}
      </nav>
    </section>
  `;
}

/** In the order of the lists. */
export function sortedRows(
  tenant: Tenant,
  associateId: number,
  type: EntityType,
): readonly (Company | Person | Project)[] {
  const name = (row: Company | Person | Project): string =>
    'name' in row ? row.name : `${row.lastname} ${row.firstname}`;
  return [...tenant.all(type, associateId)].sort((a, b) => name(a).localeCompare(name(b), 'en') || a.id - b.id);
}

function contents(
  tenant: Tenant,
  user: SeedUser,
  type: EntityType,
  search: string,
): { readonly heads: readonly string[]; readonly rows: readonly (readonly (Markup | string)[])[] } {
  const fits = (...texts: readonly string[]): boolean => texts.some((text) => text.toLowerCase().includes(search));
  const rows = sortedRows(tenant, user.associateId, type);
  const text = (list: string, id: number): string => {
    const found = listItems(list)?.find((item) => item.id === id);
    return found ? localized(found.name, view.language) : '';
  };
  if (type === 'contact') {
    const companies = (rows as readonly Company[]).filter((row) => fits(row.name, row.number1, row.number2, row.orgNr));
    return {
      heads: ['Name', 'City', 'Country', 'Phone', 'Category', 'Our contact'],
      rows: companies.map((row) => [
        link(tenant, 'contact', row.id, row.department ? `${row.name}, ${row.department}` : row.name),
        row.postal.city,
        countryCarrier(row.countryId, view).Name ?? '',
        row.phones[0]?.value ?? '',
        text('category', row.categoryId),
        associate(tenant, row.associateId).FullName ?? '',
      ]),
    };
  }
  if (type === 'person') {
    const company = (row: Person): string => tenant.records.contact.get(row.companyId)?.name ?? '';
    const persons = (rows as readonly Person[]).filter((row) => fits(fullName(row), company(row)));
    return {
      heads: ['Name', 'Company', 'Title', 'Phone', 'E-mail'],
      rows: persons.map((row) => [
        link(tenant, 'person', row.id, fullName(row)),
        link(tenant, 'contact', row.companyId, company(row)),
        row.title,
        row.officePhones[0]?.value ?? row.mobilePhones[0]?.value ?? '',
        row.emails[0]?.value ?? '',
      ]),
    };
  }
  const projects = (rows as readonly Project[]).filter((row) => fits(row.name, row.number));
  return {
    heads: ['Name', 'Number', 'Type', 'Status', 'End date', 'Our contact'],
    rows: projects.map((row) => [
      link(tenant, 'project', row.id, row.name),
      row.number,
      text('projecttype', row.typeId),
      text('projectstatus', row.statusId),
      row.endDate ?? '',
      associate(tenant, row.associateId).FullName ?? '',
    ]),
  };
}
