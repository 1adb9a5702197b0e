// An OData service of SAP's making, on this machine only. Its parent sends what to do, and gets the address first.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const cds = require('@sap/cds');
const express = require('express');

cds.root = fileURLToPath(new URL('.', import.meta.url));
// Node's own SQLite: the other drivers want a compiler, or another 19 MB.
cds.env.requires.db = { kind: 'sqlite', impl: '@cap-js/sqlite', driver: 'node', credentials: { url: ':memory:' } };
cds.requires.db = cds.env.requires.db;

const csn = await cds.load(cds.root);
cds.model = cds.compile.for.nodejs(csn);
cds.db = await cds.connect.to('db');
await cds.deploy(csn).to(cds.db);

let lastKey = 0;
const app = express();
await cds
  .serve('all')
  .from(csn)
  .with((service) => {
    service.before('CREATE', ['Customers', 'Persons'], ({ data }) => {
      data.ID = ++lastKey;
    });
  })
  .in(app);
const server = app.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}/odata/v4/erp` });
});

const work = {
  async reset(tables) {
    lastKey = Math.max(...tables.Customers.concat(tables.Persons).map(({ ID }) => ID));
    for (const [table, rows] of Object.entries(tables)) {
      await cds.db.run(cds.ql.DELETE.from(`erp.${table}`));
      await cds.db.run(cds.ql.INSERT.into(`erp.${table}`).entries(rows));
    }
    // What stands in a column of numbers in an old database, as SQLite allows it too.
    await cds.db.run("UPDATE erp_Customers SET CreditLimit = '#N/A' WHERE ID = 3");
  },
  async edit({ ID, values }) {
    const modifiedAt = new Date().toISOString();
    await cds.db.run(
      cds.ql
        .UPDATE('erp.Customers')
        .set({ ...values, modifiedAt })
        .where({ ID }),
    );
  },
};
process.on('message', async ({ id, verb, input }) => {
  await work[verb](input);
  process.send({ done: id });
});
process.on('disconnect', () => process.exit());
