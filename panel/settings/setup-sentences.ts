import { msg, str } from '@lit/localize';
import type { ErrorCode } from '../../shared/errors.ts';
import { formatMoment } from '../locales/format.ts';
import { addSentences, named, type Sentence } from '../locales/error-text.ts';

const sentences = {
  'install.name_taken': ({ name }) =>
    msg(str`The name ${name ?? ''} is taken by another web panel in SuperOffice. Rename or delete that one first.`),
  'seat.too_many': ({ chosen, licensed }) =>
    licensed === 1
      ? msg(str`You have chosen ${chosen ?? ''} people, but there is one seat.`)
      : msg(str`You have chosen ${chosen ?? ''} people, but there are ${licensed ?? ''} seats.`),
  'install.left_behind': () => msg('Something of ERP Sync is still in SuperOffice. Try again.'),
  'connector.not_found': () => msg('This sync connector no longer exists.'),
  'connector.name_taken': () => msg('There is already a sync connector with this name.'),
  'connector.url_taken': () => msg('There is already a sync connector with this URL.'),
  'connector.has_connections': () => msg('This sync connector is used by ERP connections. Delete them first.'),
  'connection.name_taken': () => msg('There is already an ERP connection with this name.'),
  'connection.not_tested': () => msg('Test the ERP connection before you save it.'),
  'connection.active': () => msg('This ERP connection is active. Deactivate it first.'),
  'connection.not_ready': () => msg('This ERP connection is not ready to be activated.'),
  'connection.many_missing': ({ missing = '–', links = '–' }) =>
    msg(
      str`Not found: ${missing} of ${links} connected records. So many do not disappear at once, so nothing was concluded from it. Check the ERP connection.`,
    ),
  'connector.wsdl_invalid': ({ reason, namespace }) => {
    if (reason === 'wsdl') return msg('This WSDL does not describe a sync connector of SuperOffice.');
    if (reason === 'schema') {
      return msg(str`The WSDL refers to a schema that is not there: ${namespace ?? '–'}. Add its file as well.`);
    }
    return msg('This is not a WSDL: the text cannot be read as XML.');
  },
  'certificate.invalid': ({ problem, name }) => {
    if (problem === 'key')
      return msg('This holds a private key, which is nobody else’s business. Give the certificate alone.');
    if (problem === 'authority') {
      return msg(
        str`${name ?? '–'} is not the certificate of an authority: it signs no others. Give that of whoever signed it.`,
      );
    }
    return msg(
      'This is not a certificate. It begins with BEGIN CERTIFICATE, or is a file ending in .pem, .crt or .cer.',
    );
  },
  'certificate.expired': ({ name, until }) =>
    msg(str`The certificate of ${name ?? '–'} expired ${typeof until === 'string' ? formatMoment(until) : '–'}.`),
  'mapping.field_twice': ({ name, field }) =>
    named(name ?? field)
      ? msg(str`The SuperOffice field chosen for ${name ?? field} is mapped to another ERP field already.`)
      : msg('A SuperOffice field is mapped more than once.'),
  'mapping.changed': ({ field }) =>
    named(field)
      ? msg(str`The mapping of ${field} has been changed in the meantime. Open it again.`)
      : msg('The mapping has been changed in the meantime. Open it again.'),
  'list.item_ambiguous': ({ field, item }) =>
    named(field) && named(item)
      ? msg(str`Several ERP items are ${item} for ${field}. Choose which of them goes back to the ERP.`)
      : msg('Several ERP items are one SuperOffice item. Choose which of them goes back to the ERP.'),
  'import.ambiguous': () =>
    msg('Several records in SuperOffice look like this one. Choose the right one, or connect it on its ERP tab.'),
  'import.doubtful': () =>
    msg('A record in SuperOffice has the same number, but differs in another. Choose whether it is this one.'),
  'webhook.refused': () => msg('SuperOffice did not accept the webhook. Tell your administrator.'),
  'selection.not_found': () => msg('There is no such selection in SuperOffice, or you may not see it.'),
  'restore.not_found': () => msg('This restored backup has been decided on already.'),
  'run.not_found': () => msg('This sync run no longer exists.'),
  'run.stopped': () => msg('The sync run was stopped because it would have changed too many records.'),
} satisfies Partial<Record<ErrorCode, Sentence>>;

/** Codes that only the Sync page can meet. Their sentences are no part of the ERP tab, which is opened with every record. */
export type SetupErrorCode = keyof typeof sentences;

addSentences(sentences);
