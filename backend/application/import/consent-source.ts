import type { ChosenConsentSource, ConsentSource } from '../../../shared/api/imports.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';

/** What a contact that an import makes says about where her consents came from. */
export async function showConsentSource(ctx: Context, language: string): Promise<ConsentSource> {
  requireAdministrator(ctx);
  const [sources, key] = await Promise.all([ctx.crm.consentSources(language), ctx.store.syncSettings.consentSource()]);
  return { sources: [...sources], key };
}

export async function chooseConsentSource(ctx: Context, { key }: ChosenConsentSource): Promise<void> {
  requireAdministrator(ctx);
  const sources = await ctx.crm.consentSources();
  if (!sources.some((source) => source.key === key)) throw new AppError('input.invalid', { field: 'key' });
  await ctx.store.syncSettings.setConsentSource(key);
}
