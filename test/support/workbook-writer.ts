/** A backend of its own, in its own process: writes ten values into the customer it is told, one after the other. */
import { workbookKind } from '../../backend/adapters/connectors/workbook/workbook-kind.ts';

const [folder = '', erpKey = '', field = ''] = process.argv.slice(2);
const clock = { now: () => new Date('2026-11-22T12:00:00Z') };
const erp = workbookKind({ folder, clock }).open({ connectionId: '', url: '', config: { Filename: 'ErpClient.xlsx' } });

for (let n = 1; n <= 10; n++) {
  await erp.saveActors([{ type: 'Customer', erpKey, values: { [field]: `${field} ${n}` } }], []);
  await erp.createActor({ type: 'Customer', values: { NAME: `${field} ${erpKey} ${n}` }, parent: null }, []);
}
