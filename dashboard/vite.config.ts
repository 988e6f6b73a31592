import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import type { ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.HOOKLINE_URL ?? 'http://127.0.0.1:8080';
const key = process.env.HOOKLINE_API_KEY;

/** In development the page comes from Vite and everything else from a running server. */
const toServer: ProxyOptions = {
  target: server,
  headers: !key ? {} : { authorization: `Bearer ${key}` },
};
const proxy = {
  '/v1/': toServer,
  '/call-data': toServer,
  '/update-': toServer,
  '/openapi.json': toServer,
  '/docs': toServer,
  '/inbound_rtb': toServer,
};

/** What the server sends with its pages, so that `vite preview` shows what it would block. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
};

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      routesDirectory: 'src/routes',
      generatedRouteTree: 'src/app/route-tree.gen.ts',
      quoteStyle: 'single',
      semicolons: true,
    }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy },
  preview: { proxy, headers },
  build: {
    assetsInlineLimit: 0,
    manifest: true,
    // A few files that stay the same between releases, instead of one for each icon and helper.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\//, priority: 4 },
            { name: 'tanstack', test: /node_modules\/(@tanstack|openapi-fetch|seroval)/, priority: 3 },
            {
              name: 'canvas',
              test: /node_modules\/(@xyflow|d3-|zustand|classcat|use-sync-external-store)/,
              priority: 3,
            },
            { name: 'icons', test: /node_modules\/lucide-react/, priority: 2 },
            {
              name: 'ui',
              test: /node_modules\/(@radix-ui|radix-ui|@floating-ui|react-remove-scroll|aria-hidden)/,
              priority: 1,
            },
            {
              name: 'shared',
              test: /src\/components\/(?!form\.|checks-field\.)|src\/api\/|src\/features\/.*queries\.ts|src\/features\/names\.ts/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
