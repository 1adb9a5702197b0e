import { Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../../shared/api/common.ts';
import {
  ChooseRecord,
  ChosenConsentSource,
  ConfirmImport,
  ImportedActorQuery,
  LeaveOut,
  StartImport,
} from '../../../shared/api/imports.ts';
import { chooseConsentSource, showConsentSource } from '../../application/import/consent-source.ts';
import { listImports, showImport, showImportedActors } from '../../application/import/show-import.ts';
import { startImport } from '../../application/import/start-import.ts';
import {
  cancelImport,
  chooseRecord,
  disconnectImport,
  executeImport,
  leaveOutActors,
  pauseImport,
  resumeImport,
} from '../../application/import/steer-import.ts';
import type { Env } from '../env.ts';
import { languageOf } from '../language.ts';
import { validate } from '../validate.ts';

const One = z.object({ id: Id });
const Steered = One.extend({ action: z.enum(['pause', 'resume', 'cancel', 'disconnect']) });
const steer = { pause: pauseImport, resume: resumeImport, cancel: cancelImport, disconnect: disconnectImport };

export const imports = new Hono<Env>()
  .get('/consent-source', async (c) => c.json(await showConsentSource(c.var.ctx, languageOf(c))))
  .put('/consent-source', validate('json', ChosenConsentSource), async (c) => {
    await chooseConsentSource(c.var.ctx, c.req.valid('json'));
    return c.body(null, 204);
  })
  .get('/imports', validate('query', z.object({ connectionId: Id })), async (c) =>
    c.json(await listImports(c.var.ctx, c.req.valid('query').connectionId)),
  )
  .post('/imports', validate('json', StartImport), async (c) => {
    const id = await startImport(c.var.ctx, c.req.valid('json'));
    return c.json(await showImport(c.var.ctx, id), 201);
  })
  .get('/imports/:id', validate('param', One), async (c) =>
    c.json(await showImport(c.var.ctx, c.req.valid('param').id)),
  )
  .get('/imports/:id/actors', validate('param', One), validate('query', ImportedActorQuery), async (c) =>
    c.json(await showImportedActors(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
  )
  .post('/imports/:id/execute', validate('param', One), validate('json', ConfirmImport), async (c) => {
    const { id } = c.req.valid('param');
    await executeImport(c.var.ctx, id, c.req.valid('json'));
    return c.json(await showImport(c.var.ctx, id));
  })
  .post('/imports/:id/leave-out', validate('param', One), validate('json', LeaveOut), async (c) => {
    const { id } = c.req.valid('param');
    await leaveOutActors(c.var.ctx, id, c.req.valid('json'));
    return c.json(await showImport(c.var.ctx, id));
  })
  .post('/imports/:id/choose', validate('param', One), validate('json', ChooseRecord), async (c) => {
    const { id } = c.req.valid('param');
    await chooseRecord(c.var.ctx, id, c.req.valid('json'));
    return c.json(await showImport(c.var.ctx, id));
  })
  .post('/imports/:id/:action', validate('param', Steered), async (c) => {
    const { id, action } = c.req.valid('param');
    await steer[action](c.var.ctx, id);
    return c.json(await showImport(c.var.ctx, id));
  });
