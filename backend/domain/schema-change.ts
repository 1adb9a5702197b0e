import type { ActorType, SchemaChangeKind } from '../../shared/vocabulary.ts';
import type { ActorTypeMapping, FieldMapping } from './connection.ts';
import type { CrmField } from './field.ts';

/** What has become of fields since they were last read. */
export interface SchemaChange {
  readonly actorType: ActorType;
  /** Null when it is about the actor type itself. */
  readonly fieldKey: string | null;
  readonly fieldName: string | null;
  readonly kind: SchemaChangeKind;
  /** Whether something that is set up rests on it, so that a person should look. */
  readonly matters: boolean;
}

export function schemaChanges(
  before: readonly ActorTypeMapping[],
  after: readonly ActorTypeMapping[],
): readonly SchemaChange[] {
  return after.flatMap((now): readonly SchemaChange[] => {
    const old = before.find(({ actorType }) => actorType === now.actorType) ?? null;
    const about = (kind: SchemaChangeKind, matters: boolean): SchemaChange => ({
      actorType: now.actorType,
      fieldKey: null,
      fieldName: null,
      kind,
      matters,
    });
    if (!old) return [about('typeNew', false)];
    if (now.missingInErp) return old.missingInErp ? [] : [about('typeGone', old.active)];
    return [...(old.missingInErp ? [about('typeBack', false)] : []), ...fieldChanges(old, now)];
  });
}

/**
 * Fields whose counterpart in SuperOffice is gone, as a user-defined field may be, while a direction rests on it; and those of
 * the tasks that are settled. A task that is open says nothing new.
 */
export function crmChanges(
  { actorType, active, missingInErp, fields }: ActorTypeMapping,
  crmFields: readonly CrmField[],
  tasks: readonly Pick<SchemaChange, 'actorType' | 'fieldKey' | 'kind'>[],
): readonly SchemaChange[] {
  // A SuperOffice without a single field is one that could not be asked.
  if (crmFields.length === 0 || missingInErp) return [];
  return fields.flatMap((field): readonly SchemaChange[] => {
    const rests = active && field.direction !== 'none' && field.crmField !== null && !field.missingInErp;
    const gone = rests && !crmFields.some(({ key }) => key === field.crmField);
    const known = tasks.some(
      (task) => task.kind === 'crmGone' && task.actorType === actorType && task.fieldKey === field.key,
    );
    if (gone === known) return [];
    const kind = gone ? 'crmGone' : 'crmBack';
    return [{ actorType, fieldKey: field.key, fieldName: field.name, kind, matters: gone }];
  });
}

function fieldChanges(old: ActorTypeMapping, now: ActorTypeMapping): readonly SchemaChange[] {
  return now.fields.flatMap((field) => {
    const known = old.fields.find(({ key }) => key === field.key) ?? null;
    const kind = known ? changeOf(known, field) : 'new';
    if (kind === null) return [];
    const stopsCreating = field.access === 'mandatory' && (kind === 'new' || kind === 'mandatory') && old.active;
    const rests = known !== null && known.crmField !== null && kind !== 'back';
    const { actorType } = now;
    return [{ actorType, fieldKey: field.key, fieldName: field.name, kind, matters: rests || stopsCreating }];
  });
}

/** The one that has most to say, of those that apply. */
function changeOf(old: FieldMapping, now: FieldMapping): SchemaChangeKind | null {
  if (now.missingInErp) return old.missingInErp ? null : 'gone';
  if (old.kind !== now.kind) return 'kind';
  if (old.listName !== now.listName) return 'list';
  if (old.access !== now.access && now.access !== 'normal') return now.access;
  // A longer text fits wherever a shorter one did.
  if (now.maxLength > 0 && (old.maxLength === 0 || now.maxLength < old.maxLength)) return 'shorter';
  return old.missingInErp ? 'back' : null;
}
