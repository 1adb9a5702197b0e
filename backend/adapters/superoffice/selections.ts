import { z } from 'zod';
import type { CrmEntity } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import { askArchive, cellNumber } from './archive.ts';
import type { Call } from './caller.ts';

const Head = z.object({ Name: z.string(), TargetTableName: z.string() });

/** A member of a company selection is a company, or one of its contacts. */
const columnsOf: Readonly<Record<string, readonly string[]>> = {
  contact: ['contactId', 'personId'],
  person: ['personId'],
  project: ['projectId'],
};

const typeOf = { contactId: 'contact', personId: 'person', projectId: 'project' } as const;

export function createSelections(call: Call) {
  return {
    async selection(id: number): Promise<{ readonly name: string; readonly members: readonly CrmEntity[] }> {
      const head = await headOf(id);
      const columns = columnsOf[head.TargetTableName.toLowerCase()];
      if (!columns) return { name: head.Name, members: [] };
      const members = new Map<string, CrmEntity>();
      for (let skip: number | null = 0; skip !== null;) {
        const page = await askArchive(call, `v1/Selection/${id}/Members`, {
          select: columns,
          top: null,
          ...(skip > 0 ? { skip } : {}),
        });
        for (const row of page.rows) {
          const member = columns
            .map((column) => ({ type: typeOf[column as keyof typeof typeOf], id: cellNumber(row, column) }))
            .findLast(({ id }) => id > 0);
          if (member) members.set(`${member.type}/${member.id}`, member);
        }
        skip = page.rows.length > 0 && (page.nextSkip ?? 0) > skip ? page.nextSkip : null;
      }
      return { name: head.Name, members: [...members.values()] };
    },
  };

  async function headOf(id: number): Promise<z.infer<typeof Head>> {
    try {
      const response = await call((door) => door.http.get<unknown>(`v1/Selection/${id}?$select=Name,TargetTableName`));
      const head = Head.safeParse(response.data);
      if (!head.success) throw new AppError('crm.answer_invalid', { call: 'Selection' });
      return head.data;
    } catch (error) {
      if (error instanceof AppError && error.code === 'entity.not_found') throw new AppError('selection.not_found');
      throw error;
    }
  }
}
