import type { WebhookType } from '@/api/types';
import { kindOf } from './kinds';

export interface Snippet {
  id: string;
  label: string;
  code: string;
}

/** Stands where the key belongs, once it can no longer be shown. */
export const KEY_PLACE = 'YOUR_KEY';

/** How a program sends to a webhook, ready to be pasted. */
export function snippets(origin: string, type: WebhookType, key: string): Snippet[] {
  const kind = kindOf(type);
  const url = `${origin}${kind.path}?moja_auth_key=${key}`;
  const json = JSON.stringify(kind.sample);
  const pixel = `${url}&${new URLSearchParams(kind.query).toString()}`;
  return [
    {
      id: 'curl',
      label: 'curl',
      code: `curl '${url}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${json}'`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `import requests\n\nanswer = requests.post(\n    "${url}",\n    json=${python(kind.sample)},\n    timeout=10,\n)\nanswer.raise_for_status()\nprint(answer.json())`,
    },
    {
      id: 'javascript',
      label: 'JavaScript',
      code: `const answer = await fetch('${url}', {\n  method: 'POST',\n  headers: { 'Content-Type': 'application/json' },\n  body: JSON.stringify(${json}),\n});\nif (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.json());`,
    },
    {
      id: 'php',
      label: 'PHP',
      code: `<?php\n$curl = curl_init('${url}');\ncurl_setopt_array($curl, [\n    CURLOPT_RETURNTRANSFER => true,\n    CURLOPT_TIMEOUT => 10,\n    CURLOPT_HTTPHEADER => ['Content-Type: application/json'],\n    CURLOPT_POSTFIELDS => json_encode(${php(kind.sample)}),\n]);\necho curl_exec($curl);`,
    },
    {
      id: 'pixel',
      label: 'Pixel',
      code: `<img src="${pixel.replaceAll('&', '&amp;')}" width="1" height="1" alt="" />`,
    },
  ];
}

function python(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}: ${python(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

function php(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(php).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `[${Object.entries(value)
      .map(([name, each]) => `'${name}' => ${php(each)}`)
      .join(', ')}]`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value);
}
