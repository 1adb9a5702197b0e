import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A connector that answers every question with the same so many actors. A process of its own: its work is not ours. */
const [actors = 1, fields = 1, waitMs = 0] = process.argv.slice(2).map(Number);

const values = (row: number) =>
  Object.fromEntries(
    Array.from({ length: fields }, (_, n) => [`FIELD${n}`, n % 3 === 0 ? `${row}.5` : `Storgata ${row}`]),
  );
const answer = JSON.stringify({
  actors: Array.from({ length: actors }, (_, row) => ({ key: String(row), modified: '1', values: values(row) })),
});
const description = JSON.stringify({ contract: 1, name: 'Bench', capabilities: { batch: 1000 } });

const http = createServer((incoming, outgoing) => {
  incoming.resume().on('end', () => {
    const send = () =>
      outgoing
        .writeHead(200, { 'content-type': 'application/json' })
        .end(incoming.method === 'GET' ? description : answer);
    if (waitMs > 0) setTimeout(send, waitMs);
    else send();
  });
});
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
