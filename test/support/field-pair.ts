import { noFirstValue } from '../../backend/domain/connection.ts';
import type { FieldPair } from '../../backend/domain/convert.ts';

/** A two-way pair of text fields, but for what is said. */
export function pairOf(
  more: {
    readonly erp?: Partial<FieldPair['erp']>;
    readonly crm?: Partial<FieldPair['crm']>;
    readonly listMap?: FieldPair['listMap']['items'];
    readonly goesBack?: readonly string[];
  } & Partial<Pick<FieldPair, 'erpItems' | 'crmItems'>> = {},
): FieldPair {
  return {
    erp: {
      key: 'NM',
      name: 'Name there',
      description: '',
      kind: 'text',
      listName: null,
      defaultValue: null,
      maxLength: 0,
      access: 'normal',
      rank: 1,
      crmField: 'NAME',
      direction: 'both',
      showInTab: true,
      showInSearch: true,
      searchable: true,
      policy: null,
      firstValue: noFirstValue,
      missingInErp: false,
      ...more.erp,
    },
    crm: { key: 'NAME', name: 'Name here', kind: 'text', listName: null, maxLength: 0, access: 'normal', ...more.crm },
    policy: more.erp?.policy ?? 'ask',
    listMap: { items: more.listMap ?? new Map(), goesBack: new Set(more.goesBack) },
    erpItems: more.erpItems ?? [],
    crmItems: more.crmItems ?? [],
  };
}
