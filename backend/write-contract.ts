import { connectorOpenApi } from '../shared/connector-openapi.ts';

/** `npm run connector:openapi`: the contract of connectors over HTTP, to standard output. */
process.stdout.write(`${JSON.stringify(connectorOpenApi(), null, 2)}\n`);
