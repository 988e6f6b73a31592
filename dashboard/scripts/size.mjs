// How much a browser loads to show the call logs, compressed; more than the limit fails.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BYTES_MAX = 200 * 1024;
const dist = new URL('../dist/', import.meta.url);
const FIRST = [
  'index.html',
  'src/routes/_app.tsx?tsr-split=component',
  'src/routes/_app/calls/index.tsx?tsr-split=component',
];

const chunks = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const files = new Set(['index.html']);

function add(name) {
  const chunk = chunks[name];
  if (chunk === undefined) throw new Error(`The build has no ${name}: run npm run build, or correct FIRST.`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const each of chunk.imports ?? []) add(each);
}

for (const name of FIRST) add(name);
const sizes = [...files].map((file) => [file, gzipSync(readFileSync(new URL(file, dist))).length]);
const sum = sizes.reduce((total, [, size]) => total + size, 0);
const kib = (size) => `${(size / 1024).toFixed(1)} KiB`;
for (const [file, size] of sizes) process.stdout.write(`${kib(size).padStart(10)}  ${file}\n`);
process.stdout.write(`${kib(sum).padStart(10)}  in all, of at most ${kib(BYTES_MAX)}\n`);
if (sum > BYTES_MAX) process.exit(1);
