import { associate, contactCarrier, countryCarrier, defaultRow, personCarrier } from './entities.ts';
import type { Entities } from './entities.ts';
import { localized } from './encoding.ts';
import type { View } from './encoding.ts';
import {
  answerEntity,
  createEntity,
  entityNames,
  findRow,
  keyNames,
  mustFindRow,
  replaceEntity,
} from './entity-calls.ts';
import type { Call } from './entity-calls.ts';
import { licencesOf } from './licences.ts';
import { appPanels, deletePanel, panelCarrier, panels, savePanel } from './panels.ts';
import { consentSources, countries, extraFields, userDefinedFields } from './seed.ts';
import type { SeedUserDefinedField } from './seed.ts';
import { dataError, SoError } from './so-error.ts';
import { listItems } from './tenant.ts';
import type { EntityType, Tenant } from './tenant.ts';
import type { ConsentSource, FieldInfo, MdoItem, UserDefinedFieldInfo, WebPanel, Webhook } from './wire.ts';
import { defaultWebhook, deleteWebhook, findWebhooks, saveWebhook, testWebhook, webhookCarrier } from './webhooks.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface AgentCall extends Call {
  /** Without regard to case, as the server reads it. */
  readonly query: (name: string) => string | undefined;
  /** PascalCase. */
  readonly body: unknown;
  readonly sender: WebhookSender;
}

type Method = (call: AgentCall) => unknown;

/** `Agent/Method`. What answers nothing answers 204; what is not found answers null. */
export const agentMethods: Readonly<Record<string, Method>> = {
  ...entityMethods('contact'),
  ...entityMethods('person'),
  ...entityMethods('project'),
  'Contact/GetContactList': (call) =>
    ids(call.body).flatMap((id) => {
      const row = call.tenant.get('contact', id, call.caller.associateId);
      return row ? [contactCarrier(call.tenant, row, call.view)] : [];
    }),
  'Person/GetPersonList': (call) =>
    ids(call.body).flatMap((id) => {
      const row = call.tenant.get('person', id, call.caller.associateId);
      return row ? [personCarrier(call.tenant, row, call.view)] : [];
    }),
  'Person/GetPersonsFromContact': (call) =>
    call.tenant
      .all('person', call.caller.associateId)
      .filter((person) => person.companyId === field(call, 'ContactId'))
      .map((person) => personCarrier(call.tenant, person, call.view)),
  'Person/CreateDefaultByContactId': (call) => {
    const companyId = Number(field(call, 'ContactId'));
    return answerEntity(call, 'person', { ...defaultRow(call.tenant, 'person', call.caller.associateId), companyId });
  },
  'Project/GetProjectList': (call) =>
    ids(call.body).flatMap((id) => {
      const row = call.tenant.get('project', id, call.caller.associateId);
      if (!row) return [];
      const { FullName } = associate(call.tenant, row.associateId);
      return [
        {
          ProjectId: row.id,
          Name: row.name,
          ProjectNumber: row.number,
          AssociateId: row.associateId,
          AssociateFullName: FullName,
        },
      ];
    }),
  'Project/GetProjectEntityWithoutMembers': (call) => {
    const row = findRow(call, 'project', Number(field(call, 'ProjectEntityId') ?? field(call, 'ProjectId')));
    return row ? { ...answerEntity(call, 'project', row), ProjectMembers: [] } : null;
  },
  'Project/SaveProjectEntityWithoutMembers': (call) => {
    const entity = (field(call, 'ProjectEntity') ?? field(call, 'Project') ?? call.body) as Entities['project'];
    return { ...saveEntity(call, 'project', entity), ProjectMembers: [] };
  },

  'List/CreateDefaultWebPanelEntity': () => ({
    WebPanelId: 0,
    Name: '',
    Tooltip: '',
    Deleted: false,
    Rank: 0,
    UrlEncoding: 'Unicode',
    VisibleIn: 'Invisible',
    OnCentral: true,
    OnSatellite: false,
    OnTravel: false,
    OnSalesMarketingWeb: true,
    OnSalesMarketingPocket: false,
    ShowInMenuBar: false,
    ShowInToolBar: false,
    ShowInAddressBar: false,
    ShowInStatusBar: false,
    WindowName: '',
    Url: '',
    ProgId: '',
    Icon: 0,
    AlwaysReloadOnShow: false,
    NeverReloadOnCurrentChange: false,
    CustomObjectEntity: '',
  }),
  'List/SaveWebPanelEntity': (call) => {
    mustManageLists(call);
    return savePanel(call.tenant, call.body as WebPanel, call.caller.associateId);
  },
  'List/GetWebPanelEntity': (call) => {
    const panel = call.tenant.panels.get(Number(call.query('webPanelEntityId')));
    return panel ? panelCarrier(panel) : null;
  },
  'List/GetWebPanelByProgId': (call) => {
    const panel = panels(call.tenant).find((candidate) => candidate.ProgId === field(call, 'ProgId'));
    return panel ? panelCarrier(panel) : null;
  },
  'List/GetWebPanelList': ({ tenant }) =>
    panels(tenant)
      .filter((panel) => !panel.Deleted)
      .map(panelCarrier),
  // There is one app, so what an app has added is its own.
  'List/GetAppWebPanels': ({ tenant }) => appPanels(tenant).map(panelCarrier),
  'List/DeleteWebPanel': (call) => {
    mustManageLists(call);
    deletePanel(call.tenant, Number(field(call, 'Id')), call.caller.associateId);
  },
  'List/DeleteAppWebPanels': (call) => {
    // Only with the app's own token, which a person's call does not carry; otherwise nothing happens.
    if (!call.caller.system) return;
    for (const { WebPanelId } of appPanels(call.tenant)) deletePanel(call.tenant, WebPanelId, call.caller.associateId);
  },
  'List/GenerateNavigationUrl': (call) => `soprotocol:browser.${String(field(call, 'WindowName'))}`,
  'List/GetVisibleForUserGroups': (call) => userGroups(call),
  'List/SetVisibleForUserGroups': (call) => {
    mustManageLists(call);
    const groups = (field(call, 'UserGroups') ?? []) as readonly { readonly Id: number; readonly Selected: boolean }[];
    setGroups(
      call,
      groups.filter((group) => group.Selected).map((group) => group.Id),
    );
    return userGroups(call);
  },
  'List/SetVisibleForUserGroup': (call) => {
    mustManageLists(call);
    const panel = call.tenant.panels.get(Number(field(call, 'ListItemId')));
    const wanted = ids(field(call, 'UserGroupId'));
    const now = new Set(panel?.groupIds ?? call.tenant.seed.groups.map((group) => group.id));
    for (const id of wanted) {
      if (field(call, 'Enable') === true) now.add(id);
      else now.delete(id);
    }
    setGroups(call, [...now]);
  },
  'List/GetCountries': (call) => countries.map((country) => countryCarrier(country.id, call.view)),
  'List/GetAllCountries': (call) => countries.map((country) => countryCarrier(country.id, call.view)),
  'List/GetCountryList': (call) => ids(call.body).map((id) => countryCarrier(id, call.view)),
  'List/GetCountry': (call) => countryCarrier(Number(call.query('countryId')), call.view),
  'List/GetAllFromListName': (call) => {
    const name = String(field(call, 'UdListDefinitionName'));
    const found = listItems(name);
    if (!found) throw dataError(`Unknown list ${name}`);
    return found.map((item, rank) => ({
      Id: item.id,
      Name: localized(item.name, call.view.language),
      Tooltip: '',
      Deleted: false,
      UdListDefinitionId: 0,
      Rank: rank + 1,
    }));
  },

  'List/GetConsentSources': ({ view }): readonly ConsentSource[] =>
    consentSources.map(({ id, key, name }, index) => ({
      ConsentSourceId: id,
      Key: key,
      Name: localized(name, view.language),
      Tooltip: '',
      Rank: index + 1,
      MailTemplateId: 0,
      Deleted: false,
    })),

  'MDO/GetSimpleList': (call) => mdoList(call.tenant, String(field(call, 'Name')), call.view, true),
  'MDO/GetList': (call) =>
    mdoList(call.tenant, String(field(call, 'Name')), call.view, field(call, 'ForceFlatList') === true),
  'MDO/GetSelectableSimpleList': (call) =>
    mdoList(call.tenant, String(field(call, 'Name')), call.view, true).map((item) => ({
      ...item,
      Selected: false,
      Hidden: false,
    })),

  'UserDefinedFieldInfo/GetPublishedUserDefinedFieldList': (call) => udefList(field(call, 'OwnerType'), call.view),
  'UserDefinedFieldInfo/GetUserDefinedFieldList': (call) => udefList(field(call, 'OwnerType'), call.view),
  'UserDefinedFieldInfo/IsAnyPublishEventActive': () => false,

  'Associate/GetAssociate': (call) => associate(call.tenant, Number(call.query('associateId'))),
  'Associate/GetAssociateList': (call) => ids(call.body).map((id) => associate(call.tenant, id)),
  'Associate/GetAssociateByPersonId': (call) =>
    associate(
      call.tenant,
      call.tenant.users.find((user) => user.personId === field(call, 'PersonId'))?.associateId ?? 0,
    ),
  'Associate/GetAssociatesByGroup': (call) =>
    call.tenant.users
      .filter((user) => user.groupId === field(call, 'GroupId'))
      .map((user) => associate(call.tenant, user.associateId)),

  'License/GetUserLicenses': (call) => licencesOf(call.tenant, Number(field(call, 'AssociateId'))),
  'License/GetUserAndInstallationLicenceStatus': (call) => {
    const licensed = call.tenant.licensedUsers.has(Number(field(call, 'AssociateId')));
    return {
      UserLicenses: licensed ? ['superoffice.user', 'erpsync.erp-sync-user'] : ['superoffice.user'],
      CompanyName: call.tenant.seed.companyName,
      SerialNr: call.tenant.seed.serial,
    };
  },
  'License/GetModuleLicenseFromDB': (call) => {
    const name = `${String(field(call, 'OwnerName'))}.${String(field(call, 'ModuleName'))}`.toLowerCase();
    const known = call.tenant.siteLicence ? ['erpsync.erp-sync', 'erpsync.erp-sync-user'] : [];
    return known.includes(name)
      ? {
          OwnerName: 'ERPSYNC',
          ModuleName: name.split('.')[1],
          LicenseType: name.endsWith('user') ? 'UserLicense' : 'SiteLicense',
        }
      : null;
  },

  'Webhook/CreateDefaultWebhook': () => defaultWebhook(),
  'Webhook/GetAllWebhooks': (call) => {
    mustManageWebhooks(call);
    const filters = {
      name: field(call, 'NameFilter'),
      event: field(call, 'EventFilter'),
      status: field(call, 'StatusFilter'),
    };
    return findWebhooks(call.tenant, filters).map((hook) => webhookCarrier(call.tenant, hook, call.view));
  },
  'Webhook/GetWebhook': (call) => {
    mustManageWebhooks(call);
    const hook = call.tenant.webhooks.get(Number(call.query('webhookId')));
    return hook ? webhookCarrier(call.tenant, hook, call.view) : null;
  },
  'Webhook/SaveWebhook': async (call) => {
    mustManageWebhooks(call);
    return webhookCarrier(call.tenant, await saveWebhook(call, call.body as Webhook, call.sender), call.view);
  },
  'Webhook/DeleteWebhook': (call) => {
    mustManageWebhooks(call);
    deleteWebhook(call.tenant, Number(call.query('webhookId')));
  },
  'Webhook/TestWebhook': (call) => testWebhook(call, (field(call, 'Webhook') ?? call.body) as Webhook, call.sender),
  'Webhook/GetLastError': (call) => call.tenant.webhooks.get(Number(field(call, 'WebhookId')))?.lastError ?? '',

  'Diagnostics/FlushCachesByName': () => undefined,
  'Diagnostics/FlushCaches': () => undefined,
};

export function mdoList(tenant: Tenant, name: string, view: View, flat: boolean): readonly MdoItem[] {
  const wanted = name.toLowerCase();
  if (wanted === 'usergroup')
    return tenant.seed.groups.map((group, rank) => mdoItem(group.id, group.name, rank, 'usergroup', view));
  if (wanted === 'associate') {
    const users = tenant.users.map((user, rank) => ({
      ...mdoItem(user.associateId, `${user.firstname} ${user.lastname}`, rank, 'associate', view),
      ExtraInfo: `person_id=${user.personId}`,
    }));
    if (flat) return users;
    // By group, with the users below: who forgets to ask for a flat list finds groups.
    return tenant.seed.groups.map((group, rank) => ({
      ...mdoItem(group.id, group.name, rank, 'heading', view),
      ChildItems: users.filter((item) => tenant.user(item.Id ?? 0)?.groupId === group.id),
    }));
  }
  const items = listItems(wanted);
  if (!items) throw new SoError(500, 'MDOProviderException', `Unknown MDO list: ${name}`);
  return items.map((item, rank) => mdoItem(item.id, item.name, rank, wanted, view));
}

export function udefInfo(
  type: EntityType,
  seed: SeedUserDefinedField,
  index: number,
  view: View,
): UserDefinedFieldInfo {
  const label = localized(seed.label, view.language);
  const isText = seed.type === 'ShortText' || seed.type === 'LongText';
  return {
    UDefFieldId: 100 + index,
    ColumnId: index + 1,
    FieldDefault: '',
    FieldLabel: label,
    FieldType: seed.type,
    HideLabel: false,
    IsIndexed: false,
    LastVersionId: 0,
    ListTableId: 0,
    IsMandatory: seed.mandatory,
    Type: entityNames[type],
    Page1LineNo: 0,
    ProgId: seed.progId,
    IsReadOnly: false,
    ShortLabel: label,
    TabOrder: index + 1,
    TextLength: isText ? (seed.type === 'ShortText' ? 39 : 199) : 0,
    Tooltip: '',
    UdefIdentity: 1000 + index,
    UDListDefinitionId: seed.udListId ?? 0,
    Version: 1,
    TemplateVariableName: '',
    HasBeenPublished: true,
    MdoListName: seed.udListId === null ? '' : `udlist${seed.udListId}`,
  };
}

/** What `CustomField` tells of user-defined and extra fields alike. */
export function customFieldInfos(type: EntityType, view: View): readonly FieldInfo[] {
  const kinds = { Number: 'Integer', List: 'MdoList' } as const;
  return [...userDefinedFields[type], ...extraFields[type]].map(({ progId, label, type: kind }, index) => ({
    FieldName: progId,
    FieldType: kind === 'Number' || kind === 'List' ? kinds[kind] : kind,
    DisplayName: localized(label, view.language),
    Description: '',
    ShortLabel: '',
    HideLabel: false,
    HideField: false,
    IsIndexed: false,
    IsMandatory: false,
    IsReadOnly: false,
    IsExternal: false,
    IsDisplayField: false,
    Rank: index + 1,
    TemplateVariableName: '',
  }));
}

function udefList(ownerType: unknown, view: View): readonly UserDefinedFieldInfo[] {
  const numbers: Readonly<Record<string, EntityType>> = { 7: 'contact', 8: 'person', 9: 'project' };
  const named = String(ownerType);
  const type = numbers[named] ?? (['contact', 'person', 'project'] as const).find((one) => entityNames[one] === named);
  if (!type) return [];
  return userDefinedFields[type].map((seed, index) => udefInfo(type, seed, index, view));
}

function mdoItem(id: number, name: string, rank: number, type: string, view: View): MdoItem {
  const text = localized(name, view.language);
  return {
    Id: id,
    Name: text,
    ToolTip: '',
    Deleted: false,
    Rank: rank + 1,
    Type: type,
    ChildItems: [],
    IconHint: '',
    ColorBlock: 0,
    ExtraInfo: '',
    StyleHint: '',
    FullName: text,
  };
}

function entityMethods(type: EntityType): Readonly<Record<string, Method>> {
  const name = entityNames[type];
  return {
    [`${name}/CreateDefault${name}Entity`]: (call) =>
      answerEntity(call, type, defaultRow(call.tenant, type, call.caller.associateId)),
    [`${name}/Get${name}Entity`]: (call) => {
      const row = findRow(call, type, Number(call.query(`${name}EntityId`)));
      return row ? answerEntity(call, type, row) : null;
    },
    [`${name}/Save${name}Entity`]: (call) => saveEntity(call, type, call.body as Entities[EntityType]),
    [`${name}/Delete${name}Entity`]: (call) => {
      const row = mustFindRow(call, type, Number(call.query(`${name}EntityId`)));
      call.tenant.delete(type, row.id, call.caller.associateId);
    },
    [`${name}/Validate${name}Entity`]: () => ({}),
    [`${name}/Undelete`]: (call) => {
      if (type !== 'project') call.tenant.undelete(type, Number(field(call, 'Id')), call.caller.associateId);
    },
    [`${name}/Merge`]: (call) => {
      const source = Number(field(call, `Source${name}Id`));
      const destination = Number(field(call, `Destination${name}Id`));
      if (type !== 'project') call.tenant.merge(type, source, destination, call.caller.associateId);
    },
  };
}

function saveEntity<T extends EntityType>(call: AgentCall, type: T, entity: Entities[T]): Entities[T] {
  const id = (entity as Readonly<Record<string, unknown>>)[keyNames[type]];
  const row = id
    ? replaceEntity(call, type, mustFindRow(call, type, Number(id)), entity)
    : createEntity(call, type, entity);
  return answerEntity(call, type, row);
}

function userGroups(call: AgentCall): readonly object[] {
  const panel = call.tenant.panels.get(Number(field(call, 'ListItemId')));
  return call.tenant.seed.groups.map((group) => ({
    Id: group.id,
    Name: localized(group.name, call.view.language),
    Selected: panel?.groupIds?.includes(group.id) ?? true,
  }));
}

function setGroups(call: AgentCall, groupIds: readonly number[]): void {
  const id = Number(field(call, 'ListItemId'));
  const panel = call.tenant.panels.get(id);
  if (panel) call.tenant.panels.set(id, { ...panel, groupIds });
}

function mustManageLists({ tenant, caller }: AgentCall): void {
  must(tenant, caller.system, caller.associateId, 'admin-lists');
}

function mustManageWebhooks({ tenant, caller }: AgentCall): void {
  must(tenant, caller.system, caller.associateId, 'admin-webhooks');
}

export function must(tenant: Tenant, system: boolean, associateId: number, right: string): void {
  const rights = tenant.user(associateId)?.functionRights ?? [];
  if (system || rights.includes('admin-all') || rights.includes(right)) return;
  throw new SoError(403, 'SoAuthorizationException', `The function right ${right} is missing`);
}

function field({ body }: AgentCall, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
}

function ids(body: unknown): readonly number[] {
  return Array.isArray(body) ? body.map(Number) : typeof body === 'number' ? [body] : [];
}
