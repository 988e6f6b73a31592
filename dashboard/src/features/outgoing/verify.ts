import type { Snippet } from '../webhooks/snippets';

/** Stands where the secret belongs, once it can no longer be shown. */
export const SECRET_PLACE = 'YOUR_SIGNING_SECRET';

/** How a receiver makes sure that a delivery is ours, ready to be pasted. */
export function verifySnippets(secret: string): Snippet[] {
  return [
    { id: 'python', label: 'Python', code: python(secret) },
    { id: 'javascript', label: 'JavaScript', code: javascript(secret) },
  ];
}

const python = (secret: string) => `import base64, hashlib, hmac, time

SECRET = "${secret}"

def is_ours(headers, body: bytes) -> bool:
    """Whether Hookline signed this body within the last five minutes."""
    sent_id, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"{sent_id}.{at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(expected, each) for each in headers["webhook-signature"].split())`;

const javascript = (secret: string) => `import { createHmac, timingSafeEqual } from 'node:crypto';

const SECRET = '${secret}';

/** Whether Hookline signed this body (a Buffer, as it came) within the last five minutes. */
export function isOurs(headers, body) {
  const id = headers['webhook-id'];
  const at = headers['webhook-timestamp'];
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
  const key = Buffer.from(SECRET.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(\`\${id}.\${at}.\`).update(body).digest();
  return headers['webhook-signature'].split(' ').some((each) => {
    const sent = Buffer.from(each.replace(/^v1,/, ''), 'base64');
    return sent.length === digest.length && timingSafeEqual(sent, digest);
  });
}`;
