import type { Patch } from './seed-worker.ts';

/** A bug that could be in the engine, planted into it to see that somebody notices. */
export interface Tooth extends Patch {
  readonly name: string;
}

const sync = 'backend/application/sync';
const tab = 'backend/application/erp-tab';
const calls = 'backend/adapters/calls';

export const teeth: readonly Tooth[] = [
  {
    name: 'a cursor that jumps to what was seen last, with no overlap for rows that show late',
    file: 'backend/domain/cursor.ts',
    find: "if (!cursor) return { askedFrom: '', next: seen, knownSince: now };",
    replace: 'return { askedFrom: seen, next: seen, knownSince: now };',
  },
  {
    name: 'a cursor that asks for what came after, not on or after',
    file: `${sync}/poll-connection.ts`,
    find: "cursor?.askedFrom ?? '',",
    replace: "(cursor?.next ?? '') && cursor.next + '~',",
  },
  {
    name: 'a cursor that goes on before the changes are marked, and never marks them',
    file: `${sync}/poll-connection.ts`,
    find: 'await ctx.store.marks.actors(connectionId, actors, mark);',
    replace: '',
  },
  {
    name: 'an echo told by a time window',
    file: `${sync}/poll-connection.ts`,
    find: 'if (!link || !asks(',
    replace: 'if (!link || ctx.clock.now() - (link.syncedAt ?? 0) <= 600_000 || !asks(',
  },
  {
    name: 'a failed poll that is never asked again',
    file: `${sync}/poll-connection.ts`,
    find: 'await ctx.store.polls.fail(claim, failure, later(ctx, delay));',
    replace: 'await ctx.store.polls.extend(claim, new Date(8.64e15));',
  },
  {
    name: "a sweep that trusts the record's own time of change",
    file: `${sync}/sweep-crm.ts`,
    find: '[...new Set([...(changed?.ids ?? []), ...inTurn])]',
    replace: '[...new Set(changed?.ids ?? [])]',
  },
  {
    name: 'a sweep that finds news and tells nobody',
    file: `${sync}/sweep-crm.ts`,
    find: "await ctx.store.marks.entities(type, news, { lane: 'event', cause: 'sweep', user: null, at: now });",
    replace: '',
  },
  {
    name: 'a deleted record that is never noticed',
    file: `${sync}/sweep-crm.ts`,
    find: 'if (!record) return !gone.has(link.parked?.code);',
    replace: 'if (!record) return false;',
  },
  {
    name: 'a warning page taken for the whole truth',
    file: `${sync}/read-sides.ts`,
    find: "if (page.warning !== null) throw new AppError('connector.unreachable', { explanation: page.warning });",
    replace: '',
  },
  {
    name: 'a connection that is written though it is switched off',
    file: `${sync}/read-sides.ts`,
    find: 'connections.filter(({ active, deleted }) => active && !deleted)',
    replace: 'connections.filter(({ deleted }) => !deleted)',
  },
  {
    name: 'the weakest ERP first',
    file: `${sync}/read-sides.ts`,
    find: 'return (await Promise.all(opened)).flat();',
    replace: 'return (await Promise.all(opened)).flat().reverse();',
  },
  {
    name: 'an agreed value that is not written down',
    file: `${sync}/news-of.ts`,
    find: 'agreed[field.key] = asKept(planned, { crm: plan.toCrm[crm.key], erp: own.toErp[field.key] }, now);',
    replace: '',
  },
  {
    name: 'an agreed value as it was sent, not as the ERP stores it',
    file: `${sync}/news-of.ts`,
    find: 'agreed[field.key] = asKept(planned, { crm: plan.toCrm[crm.key], erp: own.toErp[field.key] }, now);',
    replace: 'agreed[field.key] = planned;',
  },
  {
    name: 'one agreed value for both sides',
    file: `${sync}/news-of.ts`,
    find: 'agreed[field.key] = asKept(planned, { crm: plan.toCrm[crm.key], erp: own.toErp[field.key] }, now);',
    replace: 'agreed[field.key] = { crm: now.crm, erp: now.crm };',
  },
  {
    name: 'a conflict that is forgotten at once',
    file: `${sync}/news-of.ts`,
    find: "waiting.push({ ...row, kind: 'conflict', code: null, detail: null });",
    replace: 'agreed[field.key] = now;',
  },
  {
    name: 'a write without reading back what was stored',
    file: `${sync}/carry-out.ts`,
    find: 'return pick(latest.values, Object.keys(some));',
    replace: 'return some;',
  },
  {
    name: 'a ledger entered after the fact, and lost with the process',
    file: `${sync}/carry-out.ts`,
    find: 'return ctx.store.ledger.enter(entries, claim, ctx.clock.now());',
    replace: 'return [];',
  },
  {
    name: 'an unanswered write that counts as never made',
    file: `${sync}/carry-out.ts`,
    find: '} else if (!link.failure) {',
    replace: '} else if (link.failure) { struck.push(id); } else {',
  },
  {
    name: 'a SuperOffice write over what somebody has just typed',
    file: `${sync}/carry-out.ts`,
    find: '(await ctx.crm.write(record.entity, values, { valuesWere })).values',
    replace: '(await ctx.crm.write(record.entity, values, {})).values',
  },
  {
    name: 'leftovers of a dead worker that nobody settles',
    file: `${sync}/reconcile.ts`,
    find: 'await settleLeftovers(',
    replace: 'await (async () => undefined)(',
  },
  {
    name: 'a claim that is not given back after a failure',
    file: `${sync}/reconcile.ts`,
    find: 'if (waits) return ctx.store.marks.postpone(claim, nextTry(ctx, claim, failure));',
    replace: 'if (waits) return ctx.store.marks.extend(claim, new Date(8.64e15));',
  },
  {
    name: 'a direction that is ignored towards SuperOffice',
    file: 'backend/domain/merge.ts',
    find: "return direction === 'both' || direction === (target === 'crm' ? 'toCrm' : 'toErp');",
    replace: "return direction === 'both' || target === 'crm' || direction === 'toErp';",
  },
  {
    name: 'a direction that is ignored towards the ERP',
    file: 'backend/domain/merge.ts',
    find: "return direction === 'both' || direction === (target === 'crm' ? 'toCrm' : 'toErp');",
    replace: "return direction === 'both' || target === 'erp' || direction === 'toCrm';",
  },
  {
    name: 'a conflict settled for SuperOffice, whatever the policy',
    file: 'backend/domain/merge.ts',
    find: 'switch (policy) {',
    replace: "return write(field, 'erp', 'policy'); switch (policy) {",
  },
  {
    name: 'a conflict settled by the clocks',
    file: 'backend/domain/merge.ts',
    find: "case 'ask':\n      return { kind: 'conflict' };",
    replace:
      "case 'ask':\n      return field.newest ? write(field, other(field.newest), 'policy') : { kind: 'conflict' };",
  },
  {
    name: 'the policy the wrong way round',
    file: 'backend/domain/merge.ts',
    find: "return write(field, other(policy), 'policy');",
    replace: "return write(field, policy, 'policy');",
  },
  {
    name: 'an edit of SuperOffice that is never seen when the ERP has not changed',
    file: 'backend/domain/merge.ts',
    find: "if (crmChanged && flowsTo('erp', direction))",
    replace: "if (erpChanged && flowsTo('erp', direction))",
  },
  {
    name: 'a change on one side that wins over one on the other',
    file: 'backend/domain/merge.ts',
    find: "if (direction === 'both' && crmChanged && erpChanged) return settle(field);",
    replace: '',
  },
  {
    name: 'blank taken for absent',
    file: 'backend/domain/merge.ts',
    find: 'if (!agreed && blankSide) return',
    replace: 'if (blankSide) return',
  },
  {
    name: 'the same change on both sides taken for a conflict',
    file: 'backend/domain/merge.ts',
    find: 'if (alike(field)) return',
    replace: 'if (false) return',
  },
  {
    name: 'the priority reversed',
    file: 'backend/domain/sync-plan.ts',
    find: '(draft.writer.get(pair.crm.key) ?? rank) < rank',
    replace: '(draft.writer.get(pair.crm.key) ?? rank) > rank',
  },
  {
    name: 'a plan that looks at each link only once',
    file: 'backend/domain/sync-plan.ts',
    find: 'round <= links.length',
    replace: 'round < 1',
  },
  {
    name: 'a value written though another has overtaken it in the same plan',
    file: 'backend/domain/sync-plan.ts',
    find: 'forgetOvertaken(draft, link, pair);',
    replace: '',
  },
  {
    name: 'an undo after which nobody looks at what is due now',
    file: 'backend/domain/sync-plan.ts',
    find: 'later: links.some(({ later }) => later.size > 0)',
    replace: 'later: false',
  },
  {
    name: 'a deleted record that is looked at with every poll',
    file: `${sync}/poll-connection.ts`,
    find: 'if (recordGone.has(link.parked?.code)) return false;',
    replace: 'if (link.parked) return true;',
  },
  {
    name: 'a choice made from values that have moved since',
    file: `${tab}/connect-entity.ts`,
    find: "if (seenDigest(compared, asked) !== seen) throw new AppError('link.changed');",
    replace: '',
  },
  {
    name: 'a disconnect that leaves the link where it is',
    file: `${tab}/disconnect-entity.ts`,
    find: 'await ctx.store.links.remove(linkId);',
    replace: 'await ctx.store.links.release(linkId);',
  },
  {
    name: 'a merge after which the link stays where nothing is left',
    file: `${sync}/follow-merge.ts`,
    find: 'if (await moveLink(ctx, link, into, claim)) moved.push(link);',
    replace: 'if (false) moved.push(link);',
  },
  {
    name: 'a merge that drops the link',
    file: `${sync}/follow-merge.ts`,
    find: 'if (await moveLink(ctx, link, into, claim)) moved.push(link);',
    replace: 'if (true) await ctx.store.links.remove(link.id);',
  },
  {
    name: 'a merged link that never learns that its place has become free',
    file: `${sync}/sweep-crm.ts`,
    find: '...(await freeToFollow(ctx, type, links))',
    replace: '',
  },
  {
    name: 'a restored backup that stops nobody who is at work',
    file: 'backend/application/sync/pause-after-restore.ts',
    find: 'if (await restores.begin(restore)) await marks.revokeAll();',
    replace: 'await restores.begin({ ...restore, runId: "none" });',
  },
  {
    name: 'a restored backup taken for edits',
    file: 'backend/domain/restore.ts',
    find: 'return stoodBefore ? { target: side, before: now, after: agreed[side] } : null;',
    replace: 'return null;',
  },
  {
    name: 'edits since a restore taken for the backup',
    file: 'backend/domain/restore.ts',
    find: 'return stoodBefore ? {',
    replace: 'return true ? {',
  },
  {
    name: 'what an ERP made of an older value taken for an edit since the restore',
    file: 'backend/domain/restore.ts',
    find: ' || isMadeOf(side, value, stood)',
    replace: '',
  },
  {
    name: 'what another ERP wrote since, taken for a value of the backup',
    file: 'backend/domain/restore.ts',
    find: 'index <= latest && (isOwn(row)',
    replace: '(isOwn(row)',
  },
  {
    name: 'a restored system asked on from where the newer one was',
    file: `${sync}/resume-after-restore.ts`,
    find: 'await ctx.store.polls.forgetCursors(connectionId);\n  await ctx.store.comparisons.begin(connectionId, now);',
    replace: '',
  },
  {
    name: 'a plan for a restored backup without the connection that was switched on since',
    file: `${sync}/pause-after-restore.ts`,
    find: "if (run && !runIsOver(run)) await enterState(ctx, run, 'cancelled');",
    replace: 'if (run) continue;',
  },
  {
    name: 'a value given again over an edit of the other side, taken for agreed',
    file: 'backend/domain/sync-plan.ts',
    find: 'if (!isAgain) agree(',
    replace: 'agree(',
  },
  {
    name: 'a restore that nobody can decide on, because its records are gone',
    file: `${sync}/advance-run.ts`,
    find: "if (state === 'done' || state === 'failed') await resumeAfterRestore(ctx, restore);",
    replace: "if (state === 'done') await resumeAfterRestore(ctx, restore);",
  },
  {
    name: 'a run that takes a record for done though its write failed',
    file: `${sync}/work-on-run.ts`,
    find: 'if (passes) return later(ctx, task, new AppError(passes.code, passes.detail));',
    replace: '',
  },
  {
    name: 'a brake that counts and does not hold',
    file: `${sync}/brake.ts`,
    find: 'if (brake.heldSince || (!known && brake.changed >= brake.allowed)) {',
    replace: 'if (false) {',
  },
  {
    name: 'a dry run that goes on by itself',
    file: `${sync}/advance-run.ts`,
    find: "if (dryRun) return 'planned';",
    replace: '',
  },
  {
    name: 'a brake that is never released',
    file: `${sync}/advance-run.ts`,
    find: "if (state === 'done' || state === 'failed') await releaseBrake(ctx, run);",
    replace: '',
  },
  {
    name: 'an undo over what somebody has typed since',
    file: 'backend/domain/sync-plan.ts',
    find: 'found && sameValue(field[found.target], found.before)',
    replace: 'found',
  },
  {
    name: 'a resync that forgets what an ERP made of a value, and never comes to rest',
    file: 'backend/domain/sync-plan.ts',
    find: "if (outcome.kind === 'inSync') return outcome;\n  if (!flowsTo(target",
    replace: 'if (!flowsTo(target',
  },
  {
    name: 'a resync in both directions',
    file: 'backend/domain/sync-plan.ts',
    find: "const target = intent.from !== 'crm' && intent.from.linkId === linkId ? 'crm' : 'erp';",
    replace: "const target = field.direction === 'toCrm' ? 'crm' : 'erp';",
  },
  {
    name: 'a create retried blindly',
    file: `${tab}/create-actor.ts`,
    find: "log.warn('creation.unanswered', { tenant: ctx.tenant, creationId: creation.id, code: error.code });",
    replace: 'return await connector.createActor({ type, values, parent }, wantedFields(pairs));',
  },
  {
    name: 'a create called again when its answer did not come in time',
    file: `${calls}/considerate-erp.ts`,
    find: "writing('createActor', () => erp().createActor(draft, fields, options)),",
    replace:
      "writing('createActor', () => erp().createActor(draft, fields, options).catch(() => erp().createActor(draft, fields, options))),",
  },
  {
    name: 'an ERP left alone for ever once it has not answered',
    file: `${calls}/breaker.ts`,
    find: 'if (!isOver(until)) throw',
    replace: 'if (until) throw',
  },
  {
    name: 'a refusal of a whole call taken for one of every record in it',
    file: `${calls}/gather.ts`,
    find: 'if (ready.length === 1 || !mayBeOne(sent.error)) {',
    replace: 'if (true) {',
  },
  {
    name: 'a call that keeps its place when it fails',
    file: `${calls}/gate.ts`,
    find: '} finally {\n      leave(visitor);',
    replace: '} finally {\n',
  },
  {
    name: 'a create that is entered after the call',
    file: `${tab}/create-actor.ts`,
    find: 'const creation = await inTransaction(',
    replace:
      'await ground.connector.createActor({ type: actorType, values: plan.values, parent }, []); const creation = await inTransaction(',
  },
  {
    name: 'an unanswered create taken for a refusal',
    file: `${tab}/create-actor.ts`,
    find: 'if (isRefusal(error.code)) {',
    replace: 'if (true) {',
  },
  {
    name: 'a create looked up while its call may still be under way',
    file: `${tab}/create-actor.ts`,
    find: 'new Date(now.getTime() + LONGEST_CALL_MS)',
    replace: 'now',
  },
  {
    name: 'a namesake that was there before, taken for the new actor',
    file: `${tab}/resolve-creation.ts`,
    find: 'known: creation.known',
    replace: 'known: []',
  },
  {
    name: 'half a search taken for a whole one',
    file: `${tab}/find-twins.ts`,
    find: 'complete: pages.length > 0 && pages.every(({ warning }) => warning === null)',
    replace: 'complete: true',
  },
  {
    name: 'a new actor agreed on as it was sent, not as the ERP stores it',
    file: 'backend/domain/creation.ts',
    find: '[[key, { crm: here, erp: made }]]',
    replace: '[[key, { crm: here, erp: sent[key] ?? null }]]',
  },
];
