// Runs the server in one process, or in several under a primary that alone holds the rate windows: an exact
// limit needs one counter. Workers ask for all requests of one turn of the event loop in one message.
import cluster from 'node:cluster';
import { Windows } from './rate.js';

export async function run(workers, recentTimes, serve) {
  if (workers === 1) {
    const windows = new Windows(recentTimes);
    return serve((webhook) => windows.admit(webhook));
  }
  if (cluster.isPrimary) return runPrimary(workers, recentTimes);
  return serve(remoteAdmission());
}

function runPrimary(workers, recentTimes) {
  const windows = new Windows(recentTimes);
  for (let i = 0; i < workers; i++) cluster.fork();
  cluster.on('message', async (worker, { turn, asked }) => {
    const waits = [];
    for (const webhook of asked) waits.push(await windows.admit(webhook));
    worker.send({ turn, waits });
  });
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
    cluster.on('exit', () => Object.keys(cluster.workers).length === 0 && process.exit(0));
  });
}

function remoteAdmission() {
  let asked = [];
  let resolvers = [];
  let turn = 0;
  const sent = new Map(); // by turn: a short message may be answered before a longer, earlier one
  process.on('message', ({ turn, waits }) => {
    const waiting = sent.get(turn);
    sent.delete(turn);
    for (let i = 0; i < waits.length; i++) waiting[i](waits[i]);
  });
  const flush = () => {
    turn += 1;
    sent.set(turn, resolvers);
    process.send({ turn, asked });
    asked = [];
    resolvers = [];
  };
  return (webhook) =>
    new Promise((resolve) => {
      if (asked.length === 0) setImmediate(flush);
      const { window, rateLimit, rateWindowUs } = webhook;
      asked.push({ window, rateLimit, rateWindowUs });
      resolvers.push(resolve);
    });
}
