import type { UserDefinedFieldInfo } from '@superoffice/webapi';
import { z } from 'zod';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { CrmEntityType, FieldKind } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Call } from './caller.ts';
import { paths } from './entities.ts';
import { standardFields, type PlacedField } from './fields.ts';
import { cultureOf } from './languages.ts';
import type { Remember } from './memory.ts';
import { enums } from './web-api.ts';

export interface Catalogue {
  /** Every field that can be mapped. */
  all(type: CrmEntityType, language?: string): Promise<readonly PlacedField[]>;
  /** Those with these keys; the tenant is asked only if one of them is not a standard field. */
  find(type: CrmEntityType, keys: readonly string[]): Promise<readonly PlacedField[]>;
}

export function createCatalogue(call: Call, remember: Remember): Catalogue {
  /** Those of the tenant's own making: user-defined fields, and extra fields, which are columns added to the table. */
  const custom = (type: CrmEntityType, language?: string): Promise<readonly PlacedField[]> => {
    const languageCode = cultureOf(language);
    return remember(`fields ${type} ${languageCode}`, async () => {
      const owner = enums().UDefType[owners[type]];
      const [userDefined, all] = await Promise.all([
        call((door) => door.agents.userDefinedField().getPublishedUserDefinedFieldListAsync(owner, { languageCode })),
        call((door) =>
          door.http.get<unknown>(`${paths[type]}/CustomField`, { headers: { 'SO-Language': languageCode } }),
        ),
      ]);
      const answer = z.array(FieldInfo).safeParse(all.data);
      if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'custom fields' });
      return [
        ...userDefined.flatMap((info) => placed(info, languageCode)),
        ...answer.data.flatMap((info) => placedExtra(info, languageCode)),
      ];
    });
  };

  return {
    all: async (type, language) => [...standardFields[type], ...(await custom(type, language))],
    async find(type, keys) {
      const wanted = new Set(keys);
      const standard = standardFields[type].filter(({ key }) => wanted.has(key));
      if (standard.length === wanted.size) return standard;

      const found = [...standard, ...(await custom(type)).filter(({ key }) => wanted.has(key))];
      const unknown = keys.find((key) => !found.some((field) => field.key === key));
      if (unknown !== undefined) throw new AppError('mapping.field_unknown', { field: unknown });
      return found;
    },
  };
}

const owners = { contact: 'Contact', person: 'Person', project: 'Project' } as const;

const kinds: Readonly<Record<string, FieldKind>> = {
  Number: 'integer',
  ShortText: 'text',
  LongText: 'text',
  Date: 'date',
  UnlimitedDate: 'date',
  Checkbox: 'checkbox',
  List: 'list',
  Decimal: 'decimal',
};

/** Longest text where the field does not say. */
const lengths: Readonly<Record<string, number>> = { ShortText: 39, LongText: 199 };

function placed(info: UserDefinedFieldInfo, language: string): readonly PlacedField[] {
  const { progId, fieldLabel, fieldType, textLength, isReadOnly, mdoListName, uDListDefinitionId } = info;
  const kind = kinds[fieldType ?? ''];
  if (!kind || !fieldType || !progId) return [];
  return [
    {
      key: progId,
      name: inLanguage(fieldLabel || progId, language),
      kind,
      listName: kind === 'list' ? mdoListName || `udlist${uDListDefinitionId}` : null,
      maxLength: kind === 'text' ? textLength || (lengths[fieldType] ?? 0) : 0,
      access: isReadOnly ? 'readOnly' : 'normal',
      place: { in: 'custom', progId },
      column: null,
      mandatory: false,
    },
  ];
}

const FieldInfo = z.looseObject({
  FieldName: z.string().nullish(),
  FieldType: z.string().nullish(),
  DisplayName: z.string().nullish(),
  IsReadOnly: z.boolean().nullish(),
});

/** SuperOffice does not say which list stands behind an extra field, or where a relation leads: those are not offered. */
const extraKinds: Readonly<Record<string, FieldKind>> = {
  Integer: 'integer',
  ShortText: 'text',
  LongText: 'text',
  Date: 'date',
  DateTime: 'datetime',
  Checkbox: 'checkbox',
  Decimal: 'decimal',
};

function placedExtra(info: z.infer<typeof FieldInfo>, language: string): readonly PlacedField[] {
  const { FieldName, FieldType, DisplayName, IsReadOnly } = info;
  const kind = extraKinds[FieldType ?? ''];
  if (!kind || !FieldName?.startsWith('x_')) return [];
  return [
    {
      key: FieldName,
      name: inLanguage(DisplayName || FieldName, language),
      kind,
      listName: null,
      maxLength: 0,
      access: IsReadOnly ? 'readOnly' : 'normal',
      place: { in: 'custom', progId: FieldName },
      column: null,
      mandatory: false,
    },
  ];
}
