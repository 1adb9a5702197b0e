import { AppError } from '../../../errors.ts';
import type { ErpField } from '../../../domain/field.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ConnectorKind } from '../../../ports/erp-connector.ts';
import { texts } from './texts.ts';
import { FILE_NAME, workbookConnector } from './workbook-connector.ts';
import { workbookFiles } from './workbook-files.ts';

const fileName: ErpField = {
  key: FILE_NAME,
  name: texts.fileName,
  description: texts.fileNameHelp,
  kind: 'text',
  listName: null,
  defaultValue: 'ErpClient.xlsx',
  maxLength: 120,
  access: 'mandatory',
  rank: 1,
};

/** An ERP that is an Excel workbook. `folder` is the only place it may be in: one for each tenant, or they see each other's. */
export function workbookKind({ folder, clock }: { readonly folder: string; readonly clock: Clock }): ConnectorKind {
  const files = workbookFiles(folder, clock);
  return {
    kind: 'workbook',
    needsUrl: false,
    configFields: async () => [fileName],
    configList: async (_endpoint, list) => {
      throw new AppError('connector.rejected', { list });
    },
    open: ({ config }) => workbookConnector(files, config[FILE_NAME] ?? null, clock),
  };
}
