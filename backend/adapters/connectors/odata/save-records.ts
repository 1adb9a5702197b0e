import { AppError } from '../../../errors.ts';
import type { ActorChange, SaveOutcome } from '../../../ports/erp-connector.ts';
import type { FieldValues } from '../../../../shared/vocabulary.ts';
import { bodyOf, keyIn, pathOf, valueIn, type ActorModel } from './actor-model.ts';
import type { ODataClient, ODataOptions, Patch, Row } from './odata-client.ts';

const TRIES = 4;

type Refusal = SaveOutcome & { kind: 'refused' };

/** What became of a change: why not, or the record as it was answered, null where nothing was. */
export type Saved = Refusal | { readonly kind: 'written'; readonly row: Row | null };

/** Writes only what differs, and only onto the record as it was read. */
export async function saveRecords(
  actor: ActorModel,
  changes: readonly ActorChange[],
  read: (changes: readonly ActorChange[]) => Promise<ReadonlyMap<string, Row>>,
  client: ODataClient,
  options?: ODataOptions,
): Promise<ReadonlyMap<ActorChange, Saved>> {
  const results = new Map<ActorChange, Saved>();
  const before = await read(changes);
  let rows = before;
  let open = changes;
  for (let time = 0; open.length > 0; time++) {
    const patches = new Map<ActorChange, Patch>();
    for (const change of open) {
      const [row, first] = [rows.get(change.erpKey), before.get(change.erpKey)];
      const news = row ? newsIn(actor, change.values, row) : {};
      if (!row || !first) results.set(change, refusal('actor.not_found'));
      // Also after a refusal: then it was our own change, sent twice, that had been first.
      else if (Object.keys(news).length === 0) results.set(change, { kind: 'written', row });
      else if (time === TRIES || !sameIn(actor, change.values, row, first))
        results.set(change, refusal('actor.changed'));
      else {
        patches.set(change, { path: pathOf(actor, row), etag: etagIn(row), ...bodyOf(actor, news) });
      }
    }
    const written = await client.patch([...patches.values()], options);
    const stale: ActorChange[] = [];
    for (const [index, change] of [...patches.keys()].entries()) {
      const result = written[index];
      if (!result) throw new AppError('connector.answer_invalid', { problem: 'batch' });
      const { status, row, told } = result;
      // Business Central says with 409 what the standard says with 412.
      if (status === 412 || (status === 409 && told.code === 'Request_EntityChanged')) stale.push(change);
      else if (status === 404) results.set(change, refusal('actor.not_found'));
      else if (status >= 400) results.set(change, refusal('connector.rejected', told.message));
      else results.set(change, { kind: 'written', row: row && keyIn(actor, row) === change.erpKey ? row : null });
    }
    // Somebody else was first: look again, and write only if what we change is as we found it.
    if (stale.length > 0) rows = await read(stale);
    open = stale;
  }
  return results;
}

function refusal(code: Refusal['code'], explanation: string | null = null): Refusal {
  return { kind: 'refused', code, explanation };
}

function etagIn(row: Row): string | null {
  const etag = row['@odata.etag'] ?? row['@etag'];
  return typeof etag === 'string' ? etag : null;
}

/** Only what is not there yet. */
function newsIn(actor: ActorModel, values: FieldValues, row: Row): FieldValues {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => {
      const property = actor.propertyOf.get(key);
      const sent = property && row[property.name];
      if (property === undefined || sent === undefined) return true;
      const read = valueIn(actor, property, sent);
      return read.kind === 'unreadable' || read.value !== value;
    }),
  );
}

function sameIn(actor: ActorModel, values: FieldValues, row: Row, first: Row): boolean {
  return Object.keys(values).every((key) => {
    const name = actor.propertyOf.get(key)?.name ?? key;
    return JSON.stringify(row[name]) === JSON.stringify(first[name]);
  });
}
