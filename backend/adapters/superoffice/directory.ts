import type { CrmGroup, CrmUser, Principal } from '../../ports/crm.ts';
import { z } from 'zod';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { ListItem } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Call } from './caller.ts';
import { cultureOf } from './languages.ts';
import type { Remember } from './memory.ts';

const PrincipalAnswer = z.object({
  AssociateId: z.int().positive(),
  Associate: z.string().nullish(),
  FullName: z.string().nullish(),
  GroupId: z.int().nullish(),
  SecondaryGroups: z.array(z.int()).nullish(),
  FunctionRights: z.array(z.string()).nullish(),
  Licenses: z.array(z.object({ OwnerName: z.string().nullish(), Name: z.string().nullish() })).nullish(),
});

/** Who is who in a tenant, and its lists. */
export function createDirectory(call: Call, remember: Remember) {
  const list = (listName: string, language?: string): Promise<readonly ListItem[]> => {
    const languageCode = cultureOf(language);
    return remember(`list ${listName} ${languageCode}`, async () => {
      const items = await call((door) => door.agents.mdo().getSimpleListAsync(listName, { languageCode }));
      return items
        .filter(({ deleted }) => !deleted)
        .map(({ id, name }) => ({ key: String(id ?? ''), text: inLanguage(name ?? '', languageCode) }));
    });
  };

  const associates = () =>
    remember('associates', async () => {
      const ids = (await list('associate')).map(({ key }) => Number(key)).filter((id) => id > 0);
      const found = await call((door) => door.agents.associate().getAssociateListAsync(ids));
      return found.filter(({ type, deleted }) => !deleted && (type as string) === 'InternalAssociate');
    });

  return {
    list,

    principal: async (): Promise<Principal> => {
      const response = await call((door) => door.http.get<unknown>('v1/User/currentPrincipal'));
      const answer = PrincipalAnswer.safeParse(response.data);
      if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'principal' });
      const { AssociateId, Associate, FullName, GroupId, SecondaryGroups, FunctionRights, Licenses } = answer.data;
      return {
        userId: AssociateId,
        name: FullName || Associate || '',
        groupIds: [...new Set([GroupId ?? 0, ...(SecondaryGroups ?? [])])].filter((id) => id > 0),
        functionRights: FunctionRights ?? [],
        licences: (Licenses ?? []).map(({ OwnerName, Name }) => `${OwnerName ?? ''}.${Name ?? ''}`.toLowerCase()),
      };
    },

    users: async (): Promise<readonly CrmUser[]> =>
      (await associates()).map(({ associateId = 0, fullName, name, groupIdx = 0 }) => ({
        id: associateId,
        name: fullName || name || '',
        groupIds: groupIdx > 0 ? [groupIdx] : [],
      })),

    groups: async (): Promise<readonly CrmGroup[]> =>
      (await list('usergroup')).map(({ key, text }) => ({ id: Number(key), name: text })),

    /** The persons who are users. */
    userPersonIds: async (): Promise<ReadonlySet<number>> =>
      new Set((await associates()).map(({ personId = 0 }) => personId)),
  };
}
