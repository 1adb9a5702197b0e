import type { UserDefinedFieldInfo } from '@superoffice/webapi';
import type { CrmEntityType, FieldKind } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Call } from './caller.ts';
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
  const userDefined = (type: CrmEntityType, language?: string): Promise<readonly PlacedField[]> => {
    const languageCode = cultureOf(language);
    return remember(`fields ${type} ${languageCode}`, async () => {
      const owner = enums().UDefType[owners[type]];
      const found = await call((door) =>
        door.agents.userDefinedField().getPublishedUserDefinedFieldListAsync(owner, { languageCode }),
      );
      return found.flatMap(placed);
    });
  };

  return {
    all: async (type, language) => [...standardFields[type], ...(await userDefined(type, language))],
    async find(type, keys) {
      const wanted = new Set(keys);
      const standard = standardFields[type].filter(({ key }) => wanted.has(key));
      if (standard.length === wanted.size) return standard;

      const found = [...standard, ...(await userDefined(type)).filter(({ key }) => wanted.has(key))];
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

function placed(info: UserDefinedFieldInfo): readonly PlacedField[] {
  const { progId, fieldLabel, fieldType, textLength, isReadOnly, mdoListName, uDListDefinitionId } = info;
  const kind = kinds[fieldType ?? ''];
  if (!kind || !fieldType || !progId) return [];
  return [
    {
      key: progId,
      name: fieldLabel ?? progId,
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
