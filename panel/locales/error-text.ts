import { msg, str } from '@lit/localize';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { inLanguage } from '../../shared/multi-language.ts';
import { ApiError, Unreachable } from '../api/client.ts';
import type { SetupErrorCode } from '../settings/setup-sentences.ts';
import { formatMoment } from './format.ts';

export type Sentence = (detail: ErrorDetail) => string;

/** What happened, and what to do about it, for every code that any panel can meet. One without a sentence does not compile. */
const sentences: Record<Exclude<ErrorCode, SetupErrorCode>, Sentence> = {
  'input.invalid': () => msg('Something in this form is not valid. Check what you have entered.'),
  'input.too_large': () => msg('Something in this form is not valid. Check what you have entered.'),
  'route.not_found': () => msg('Something went wrong in ERP Sync. Try again, or tell your administrator.'),
  internal: () => msg('Something went wrong in ERP Sync. Try again, or tell your administrator.'),
  'access.denied': () => msg('You do not have the right to do this. Ask your administrator.'),
  'licence.missing': () => msg('A licence for ERP Sync is missing. Ask your administrator.'),
  'session.missing': () => msg('You are not signed in to ERP Sync.'),
  'session.expired': () => msg('You have been signed out of ERP Sync. Sign in again.'),
  'sign_in.failed': () => msg('The sign-in did not succeed. Try again.'),
  'sign_in.expired': () => msg('The sign-in took too long. Try again.'),
  'sign_in.wrong_user': () => msg('You signed in as another user than the one in SuperOffice.'),
  'approval.missing': () =>
    msg('ERP Sync has not been approved for your company. Ask a SuperOffice administrator to approve it.'),
  'tenant.not_installed': () =>
    msg('ERP Sync is not installed for your company. Ask a SuperOffice administrator to install it.'),
  'store.away': () => msg('ERP Sync is not available just now. Try again in a moment.'),
  'tenant.unavailable': () => msg('SuperOffice is not available just now. Try again in a few minutes.'),
  'tenant.revoked': () =>
    msg('The approval of ERP Sync has been withdrawn. Ask a SuperOffice administrator to approve it again.'),
  'install.running': () =>
    msg('Somebody else is installing, repairing or removing ERP Sync right now. Try again in a few minutes.'),
  'rate.limited': () => msg('Too many requests at once. Wait a moment and try again.'),

  'connector.unreachable': () => msg('The ERP system does not answer. Try again later.'),
  'connector.timeout': () => msg('The ERP system took too long to answer. Try again later.'),
  'connector.certificate_untrusted': ({ host, reason }) => {
    if (reason === 'expired') return msg(str`The certificate of ${host ?? '–'} has expired. Tell your administrator.`);
    if (reason === 'host') {
      return msg(str`The certificate of ${host ?? '–'} is for another host name. Tell your administrator.`);
    }
    return msg(
      str`Nobody we trust has signed the certificate of ${host ?? '–'}. If an authority of your own company has, an administrator gives its certificate with the sync connector, below More.`,
    );
  },
  'connector.throttled': () => msg('The ERP system is busy. Try again in a moment.'),
  'connector.resting': ({ until }) =>
    typeof until === 'string'
      ? msg(str`The ERP system did not answer several times. It will be asked again at ${formatMoment(until)}.`)
      : msg('The ERP system did not answer several times. It will be asked again later.'),
  'connector.denied': () =>
    msg('The sync connector does not accept our sign-in. Check the secret or the user name and password.'),
  'connector.rejected': () => msg('The ERP system refused this.'),
  'connector.answer_invalid': () =>
    msg('The sync connector gave an answer that cannot be used. Tell your administrator.'),
  'connector.address_refused': ({ reason }) =>
    reason === 'app'
      ? msg('Only SuperOffice itself can use addresses that begin with app://. Ask the vendor for the https address.')
      : msg('This address is not allowed for a sync connector.'),
  'connector.unknown_connection': () =>
    msg('The sync connector does not know this ERP connection. Ask your administrator to save it again.'),

  'workbook.missing': ({ file }) =>
    named(file) ? msg(str`The file ${file} was not found.`) : msg('The file was not found.'),
  'workbook.locked': () => msg('The file is open in another program. Close it there and try again.'),
  'workbook.unreadable': () => msg('The file cannot be read as an Excel workbook.'),
  'workbook.too_large': () => msg('The workbook is too large.'),
  'workbook.sheet_missing': ({ sheet }) =>
    named(sheet) ? msg(str`The workbook has no sheet ${sheet}.`) : msg('A sheet is missing in the workbook.'),
  'workbook.column_missing': ({ column }) =>
    named(column) ? msg(str`The workbook has no column ${column}.`) : msg('A column is missing in the workbook.'),
  'workbook.macros': () => msg('A workbook with macros cannot be written to. Save it as .xlsx.'),

  'connection.not_found': () => msg('This ERP connection no longer exists, or you may not use it.'),
  'connection.inactive': () => msg('This ERP connection is not active.'),
  'connection.braked': ({ name }) =>
    named(name)
      ? msg(str`Automatic sync of ${name} has stopped, because more would change than may. Someone has to decide.`)
      : msg('Automatic sync has stopped, because more would change than may. Someone has to decide.'),
  'config.field_missing': ({ name, field }) =>
    named(name ?? field) ? msg(str`Fill in ${name ?? field}.`) : msg('Fill in all mandatory fields.'),
  'config.value_unknown': ({ name, field, value }) =>
    named(name ?? field) && named(value)
      ? msg(str`${value} was not found in the ERP system. Check ${name ?? field}.`)
      : msg('Something in this form is not valid. Check what you have entered.'),

  'mapping.direction_refused': ({ name, field }) =>
    named(name ?? field)
      ? msg(str`${name ?? field} cannot be synchronized in this direction.`)
      : msg('A field cannot be synchronized in this direction.'),
  'mapping.field_unknown': ({ name, field }) =>
    named(name ?? field)
      ? msg(str`The field ${name ?? field} no longer exists.`)
      : msg('A mapped field no longer exists.'),
  'list.item_unmapped': ({ name, field, item }) =>
    named(name ?? field) && named(item)
      ? msg(
          str`The list item ${item} of ${name ?? field} is not mapped yet. An administrator maps it on the Sync page, under List mapping.`,
        )
      : msg('A list item is not mapped yet. An administrator maps it on the Sync page, under List mapping.'),
  'list.item_unknown': ({ name, field, item }) =>
    named(name ?? field) && named(item)
      ? msg(str`The list of ${name ?? field} has no item ${item}.`)
      : msg('A list does not have this item.'),

  'entity.not_found': () => msg('This record was not found in SuperOffice, or you may not see it.'),
  'entity.deleted': () => msg('This record has been deleted in SuperOffice.'),
  'entity.protected': () => msg('SuperOffice does not allow this record to be changed.'),
  'actor.not_found': () =>
    msg('The ERP system does not find this record. It is looked for again before it counts as gone.'),
  'actor.gone': () => msg('The record no longer exists in the ERP system.'),
  'actor.changed': () => msg('The record has been changed in the ERP system in the meantime. Try again.'),

  'link.exists': () => msg('This record is already connected in this ERP connection.'),
  'link.actor_taken': ({ name }) =>
    named(name)
      ? msg(str`This ERP record is already connected to ${name}.`)
      : msg('This ERP record is already connected to another record.'),
  'link.not_found': () => msg('This record is no longer connected.'),
  'link.changed': () => msg('A value has changed in the meantime. Look at the new values and try again.'),
  'link.busy': () => msg('This record is being synchronized just now. Try again in a moment.'),
  'link.parent_missing': () => msg('Connect the company first.'),
  'link.parent_differs': ({ parent = '–' }) =>
    msg(
      str`In the ERP this contact belongs to ${parent}, and its company in SuperOffice is connected to another one. Move it in one of the systems; it is not moved automatically.`,
    ),
  'link.merged': () =>
    msg('This record was merged into another one that is connected as well. Choose which connection stays.'),
  'sync.restored': () =>
    msg(
      'A backup was restored. Nothing is synced until an administrator has decided on the Sync page which values are right.',
    ),
  'creation.open': () =>
    msg('It is not yet known whether this record has a new actor in ERP. Until then it cannot get another one.'),
  'creation.not_found': () => msg('This question has been settled in the meantime.'),
  'creation.unknown': () => msg('The ERP system did not answer, and several records there may be the new one.'),
  'conflict.not_found': () => msg('This conflict has been resolved in the meantime.'),

  'value.invalid': ({ name, field }) =>
    named(name ?? field) ? msg(str`The value of ${name ?? field} is not valid.`) : msg('A value is not valid.'),
  'value.too_long': ({ name, field, maxLength }) =>
    named(name ?? field) && named(maxLength)
      ? maxLength === 1
        ? msg(str`The value of ${name ?? field} is too long. It may have one character.`)
        : msg(str`The value of ${name ?? field} is too long. It may have ${maxLength} characters.`)
      : msg('A value is too long.'),
  'value.mandatory': ({ name, field }) =>
    named(name ?? field) ? msg(str`${name ?? field} must have a value.`) : msg('A mandatory field has no value.'),

  'crm.unreachable': () => msg('SuperOffice does not answer. Try again later.'),
  'crm.denied': () => msg('SuperOffice does not allow this. Ask your administrator.'),
  'crm.rejected': () => msg('SuperOffice refused this.'),
  'crm.changed': () => msg('The record has been changed in SuperOffice in the meantime. Try again.'),
  'crm.throttled': () => msg('SuperOffice is busy. Try again in a moment.'),
  'crm.answer_invalid': () => msg('SuperOffice gave an answer that cannot be used. Tell your administrator.'),

  'run.running': () => msg('Another sync run is working on these ERP connections. Wait until it is done.'),
  'run.changed': () => msg('The sync run has moved on in the meantime. Look at it and try again.'),
  'undo.expired': ({ days }) =>
    typeof days === 'number'
      ? msg(str`This can no longer be undone: changes are remembered for ${days} days.`)
      : msg('This can no longer be undone: it is no longer remembered.'),
};

const known: Readonly<Record<string, Sentence>> = sentences;

/** A panel that can meet more codes brings their sentences. */
export function addSentences(more: Readonly<Record<string, Sentence>>): void {
  Object.assign(sentences, more);
}

/** What to tell the user about a failure. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return reasonText(error.body);
  if (error instanceof Unreachable) return msg('ERP Sync cannot be reached. Check your network and try again.');
  return sentences.internal({});
}

/** The same for a reason that came within an answer. The ERP's own explanation and the log's number stand behind it. */
export function reasonText({ code, detail: sent, id }: { code: string; detail: ErrorDetail; id?: string }): string {
  const detail = spoken(sent);
  const sentence = Object.hasOwn(known, code) ? known[code] : null;
  const parts = [(sentence ?? sentences.internal)(detail)];
  if (typeof detail.explanation === 'string' && detail.explanation !== '') parts.push(detail.explanation);
  if (id !== undefined) parts.push(msg(str`(Number ${id})`));
  return parts.join(' ');
}

/** Connectors name and explain in all their languages at once. */
function spoken(detail: ErrorDetail): ErrorDetail {
  const { lang } = document.documentElement;
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => [key, typeof value === 'string' ? inLanguage(value, lang) : value]),
  );
}

export function named(value: ErrorDetail[string]): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
