import { zValidator } from '@hono/zod-validator';
import type { ValidationTargets } from 'hono';
import { z, type ZodType } from 'zod';
import { AppError } from '../errors.ts';

/** Nothing that came over the wire reaches a use case without a schema of `shared/api`. */
export const validate = <T extends ZodType, Target extends keyof ValidationTargets>(target: Target, schema: T) =>
  zValidator(target, schema, (result) => {
    if (!result.success) throw new AppError('input.invalid', { problem: z.prettifyError(result.error) });
  });
