import { msg } from '@lit/localize';
import type { ConnectorKindName } from '../../shared/vocabulary.ts';

const names: Record<ConnectorKindName, () => string> = {
  workbook: () => msg('Excel workbook'),
  soap: () => msg('Web service (SOAP)'),
  http: () => msg('Web service (HTTP)'),
  odata: () => msg('OData service'),
  tryton: () => msg('Tryton'),
};

export const connectorKindName = (kind: ConnectorKindName): string => names[kind]();
