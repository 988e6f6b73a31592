import { randomFillSync } from 'node:crypto';

// Random bytes are drawn 4 KiB at a time: one system call serves 400 ids.
const pool = Buffer.alloc(4096);
let used = pool.length;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isUuid = (text) => UUID.test(text);

export function uuidV7Bytes() {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = Buffer.allocUnsafe(16);
  id.writeUIntBE(Date.now(), 0, 6);
  pool.copy(id, 6, used, used + 10);
  used += 10;
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return id;
}

export function formatUuid(bytes) {
  const h = bytes.toString('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

export const parseUuid = (text) => Buffer.from(text.replaceAll('-', ''), 'hex');
