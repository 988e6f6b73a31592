import fastify from 'fastify';
import { buildApp } from '../common/app.js';
import { run } from '../common/cluster.js';
import { openStore } from './store.js';

const { PEER_PORT, PEER_WORKERS = '1', PEER_CONNECTIONS = '32', DATABASE_URL } = process.env;
const workers = Number(PEER_WORKERS);
const store = openStore(DATABASE_URL, Math.ceil(Number(PEER_CONNECTIONS) / workers));

await run(workers, store.recentTimes, async (admit) => {
  const app = buildApp(fastify, store, admit);
  process.on('SIGTERM', async () => {
    await app.close();
    await store.end();
    process.exit(0);
  });
  await app.listen({ host: '127.0.0.1', port: Number(PEER_PORT), backlog: 511 });
});
