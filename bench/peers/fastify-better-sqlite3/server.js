import fastify from 'fastify';
import { buildApp } from '../common/app.js';
import { run } from '../common/cluster.js';
import { openStore } from './store.js';

const { PEER_PORT, PEER_WORKERS = '1', PEER_GROUP = '0', DATABASE_PATH } = process.env;
const store = openStore(DATABASE_PATH, PEER_GROUP === '1');

await run(Number(PEER_WORKERS), store.recentTimes, async (admit) => {
  const app = buildApp(fastify, store, admit);
  process.on('SIGTERM', async () => {
    await app.close();
    store.end();
    process.exit(0);
  });
  await app.listen({ host: '127.0.0.1', port: Number(PEER_PORT), backlog: 511 });
});
