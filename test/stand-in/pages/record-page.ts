import { html, raw } from 'hono/html';
import { associate, fullName } from '../entities.ts';
import { panelsFor } from '../panels.ts';
import type { SeedUser } from '../seed.ts';
import type { Company, EntityType, Panel, Person, Project, Rows, Tenant } from '../tenant.ts';
import type { Markup } from './document.ts';
import { cardFields } from './fields.ts';
import type { CardField } from './fields.ts';
import { icon } from './icon.ts';
import { panelUrl } from './panel-url.ts';
import type { Current } from './panel-url.ts';

export interface RecordPage<T extends EntityType> {
  readonly tenant: Tenant;
  readonly user: SeedUser;
  readonly type: T;
  readonly row: Rows[T];
  readonly editing: boolean;
  readonly problem: string | null;
  /** Neighbours in the list, for ‹ and ›. */
  readonly previous: number | null;
  readonly next: number | null;
}

const symbols = { contact: 'buildings', person: 'user-circle', project: 'clipboard-text' } as const;
const words = { contact: 'Company', person: 'Contact', project: 'Project' } as const;
const archives = { contact: 'ContactArchive', person: 'PersonArchive', project: 'ProjectArchive' } as const;

/** The card of a company, contact or project, and below it the section tabs with our panels among them. */
export function recordPage<T extends EntityType>(page: RecordPage<T>): Markup {
  return html`
    <section class="card record" data-part="record" aria-label="${words[page.type]}">
      ${page.editing ? editCard(page) : readCard(page)}
    </section>
    ${page.row.id === 0 ? '' : sections(page)}
  `;
}

export function recordName(type: EntityType, row: Rows[EntityType]): string {
  if (type === 'person') return fullName(row as Person);
  return (row as Company | Project).name;
}

function readCard<T extends EntityType>({ tenant, type, row, previous, next }: RecordPage<T>): Markup {
  const at = `/${tenant.context}/${type}`;
  const fields = cardFields(tenant, type).filter((field) => field.shown !== 'editing');
  const company = type === 'person' ? tenant.records.contact.get((row as unknown as Person).companyId) : undefined;
  return html`
    <header class="card-head">
      <span class="avatar" aria-hidden="true">${icon(symbols[type])}</span>
      <div class="names">
        <h1>${recordName(type, row)}</h1>
        ${company ? html`<a href="/${tenant.context}/contact/${company.id}" data-go>${company.name}</a>` : ''}
      </div>
      <a class="disc edit" href="${at}/${row.id}?edit" data-go aria-label="Edit" title="Edit"
        >${icon('pencil-simple')}</a
      >
    </header>
    ${cardTabs(type, (column) => {
      const lines = fields.filter((field) => field.column === column);
      return html`<dl>
        ${lines.map(
          (field) =>
            html`<div class="line">
              <dt>${field.label}:</dt>
              <dd class="${field.important ? 'important' : ''}">${shown(field, row)}</dd>
            </div>`,
        )}
      </dl>`;
    })}
    <footer class="card-foot">
      <span
        >Updated: ${row.updated.slice(0, 10)} ${row.updated.slice(11, 16)}
        ${associate(tenant, row.updatedBy).Name}</span
      >
      <span class="pager">
        ${neighbour(at, previous, 'caret-left', 'Previous')} ${neighbour(at, next, 'caret-right', 'Next')}
      </span>
    </footer>
  `;
}

function editCard<T extends EntityType>({ tenant, type, row, problem }: RecordPage<T>): Markup {
  const at = `/${tenant.context}/${type}`;
  const fields = cardFields(tenant, type).filter((field) => field.shown !== 'reading');
  const isNew = row.id === 0;
  return html`
    <form method="post" action="${at}/${isNew ? 'new' : row.id}" data-go data-editing>
      <header class="card-head">
        <span class="avatar" aria-hidden="true">${icon(symbols[type])}</span>
        <div class="names"><h1>${isNew ? `New ${words[type].toLowerCase()}` : recordName(type, row)}</h1></div>
        <button class="button primary">Save</button>
        <a class="button" href="${isNew ? at : `${at}/${row.id}`}" data-go>Cancel</a>
      </header>
      ${problem === null ? '' : html`<p class="notice error" role="alert">${problem}</p>`}
      ${cardTabs(type, (column) => {
        const lines = fields.filter((field) => field.column === column);
        return html`<div>${lines.map((field) => control(field, row))}</div>`;
      })}
    </form>
  `;
}

/** The upper card's own tabs. All of a form is sent, whichever is in view. */
function cardTabs(type: EntityType, column: (name: 'left' | 'right' | 'more') => Markup): Markup {
  return html`
    <div class="tabs" role="tablist" aria-label="${words[type]} card">
      ${tab('card', words[type], true)} ${tab('more', 'More', false)}
    </div>
    <div class="columns" role="tabpanel" id="panel-card" aria-labelledby="tab-card">
      ${column('left')} ${column('right')}
    </div>
    <div class="columns" role="tabpanel" id="panel-more" aria-labelledby="tab-more" hidden>${column('more')}</div>
  `;
}

function control<Row>(field: CardField<Row>, row: Row): Markup {
  const value = field.value(row);
  const id = `field-${field.key.replace(/\W/g, '-')}`;
  const required = field.required ? 'required' : '';
  if (field.input === 'checkbox') {
    return html`<div class="line">
      <span></span>
      <label class="checking"
        ><input class="check" type="checkbox" name="${field.key}" value="1" ${value ? 'checked' : ''} />
        ${field.label}</label
      >
    </div>`;
  }
  const input =
    field.input === 'list'
      ? html`<select class="input" id="${id}" name="${field.key}">
          <option value=""></option>
          ${field.choices.map((choice) => html`<option value="${choice.id}" ${choice.id === value ? 'selected' : ''}>${choice.text}</option>`)}
        </select>`
      : html`<input
          class="input"
          id="${id}"
          name="${field.key}"
          value="${value}"
          ${required}
          ${inputType(field.input)}
          autocomplete="off"
        />`;
  return html`<div class="line"><label for="${id}">${field.label}:</label>${input}</div>`;
}

/** Addresses on the web are checked by nobody: people paste what they have. */
function inputType(input: CardField<never>['input']): Markup {
  if (input === 'number') return html`type="number" step="any"`;
  return html`type="${input === 'date' ? 'date' : 'text'}"`;
}

function shown<Row>(field: CardField<Row>, row: Row): Markup | string {
  const value = field.value(row);
  if (field.input === 'checkbox') return value ? 'Yes' : 'No';
  if (field.input === 'list') return field.choices.find((choice) => choice.id === value)?.text ?? '';
  if (value === '') return '';
  if (field.input === 'email') return html`<a href="mailto:${value}">${value}</a>`;
  if (field.input === 'tel') return html`<a href="tel:${value.replace(/[^\d+]/g, '')}">${value}</a>`;
  if (field.input === 'url' && /^https?:/i.test(value))
    return html`<a href="${value}" target="_blank" rel="noreferrer">${value}</a>`;
  return html`${value}`;
}

function sections<T extends EntityType>({ tenant, user, type, row }: RecordPage<T>): Markup {
  const panels = panelsFor(tenant, user.groupId).filter((panel) => panel.VisibleIn === archives[type]);
  const builtIn = type === 'contact' ? 'Contacts' : type === 'person' ? 'Projects' : 'Project members';
  return html`
    <section class="card sections" aria-label="Section tabs">
      <div class="tabs" role="tablist" aria-label="Section tabs" data-part="tabs">
        ${tab('archive', builtIn, true)}
        ${panels.map((panel) => tab(String(panel.WebPanelId), panel.Name, false, panel.Tooltip ?? ''))}
      </div>
      <div role="tabpanel" id="panel-archive" aria-labelledby="tab-archive" data-part="archive">
        ${archive(tenant, user, type, row)}
      </div>
      <div data-part="frames">
        ${panels.map((panel) => frame(panel, panelUrl(tenant, panel, user.associateId, currentOf(type, row))))}
      </div>
    </section>
  `;
}

function tab(key: string, text: string, selected: boolean, tooltip = ''): Markup {
  return html`<button
    type="button"
    class="tab"
    role="tab"
    id="tab-${key}"
    aria-controls="panel-${key}"
    aria-selected="${selected ? 'true' : 'false'}"
    tabindex="${selected ? '0' : '-1'}"
    title="${tooltip}"
  >
    ${text}
  </button>`;
}

/** The address waits in `data-url` until the tab is shown, and moves to `src` only when it differs. */
function frame(panel: Panel, url: string): Markup {
  const id = String(panel.WebPanelId);
  return html`<div role="tabpanel" id="panel-${id}" aria-labelledby="tab-${id}" hidden>${panelFrame(panel, url)}</div>`;
}

export function panelFrame(panel: Panel, url: string): Markup {
  return html`<iframe
    title="${panel.Name}"
    name="${panel.WindowName ?? ''}"
    data-panel="${String(panel.WebPanelId)}"
    data-url="${url}"
    ${panel.AlwaysReloadOnShow ? raw('data-always-reload') : ''}
  ></iframe>`;
}

function currentOf(type: EntityType, row: Rows[EntityType]): Current {
  return {
    contactId: type === 'contact' ? row.id : type === 'person' ? (row as Person).companyId : 0,
    personId: type === 'person' ? row.id : 0,
    projectId: type === 'project' ? row.id : 0,
  };
}

function archive(tenant: Tenant, user: SeedUser, type: EntityType, row: Rows[EntityType]): Markup {
  if (type === 'person') {
    const projects = tenant.all('project', user.associateId).filter((project) => project.memberIds.includes(row.id));
    return table(
      ['Project', 'Number', 'End date'],
      projects.map((project) => [
        link(tenant, 'project', project.id, project.name),
        project.number,
        project.endDate ?? '',
      ]),
    );
  }
  const everyone = tenant.all('person', user.associateId);
  const persons =
    type === 'contact'
      ? everyone.filter((person) => person.companyId === row.id)
      : everyone.filter((person) => (row as Project).memberIds.includes(person.id));
  return table(
    ['Name', 'Title', 'Phone', 'E-mail'],
    persons.map((person) => [
      link(tenant, 'person', person.id, fullName(person)),
      person.title,
      person.officePhones[0]?.value ?? person.mobilePhones[0]?.value ?? '',
      person.emails[0]?.value ?? '',
    ]),
  );
}

export function table(heads: readonly string[], rows: readonly (readonly (Markup | string)[])[]): Markup {
  return html`
    <div class="table-box" tabindex="0" role="region" aria-label="List">
      <table class="table">
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="toolbar"><span class="count">count : ${rows.length}</span></div>
  `;
}

export function link(tenant: Tenant, type: EntityType, id: number, text: string): Markup {
  return html`<a href="/${tenant.context}/${type}/${id}" data-go>${text}</a>`;
}

function neighbour(at: string, id: number | null, symbol: string, label: string): Markup {
  if (id === null) return html`<span class="disc small" aria-hidden="true">${icon(symbol)}</span>`;
  return html`<a class="disc small" href="${at}/${id}" data-go aria-label="${label}" title="${label}"
    >${icon(symbol)}</a
  >`;
}
