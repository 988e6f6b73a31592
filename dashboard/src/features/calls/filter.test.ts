import { expect, test } from 'vitest';
import { callFilter, csvAddress } from './filter';

const NOW = new Date('2026-01-05T12:00:30Z');

test('an address becomes the question to the server', () => {
  expect(
    callFilter({ caller: '+13105559876', status: 'completed', converted: 'false', range: '1h' }, NOW),
  ).toEqual({
    caller: '+13105559876',
    status: 'completed',
    converted: false,
    from: '2026-01-05T11:00:00.000Z',
  });
});

test('a status that is none is no filter', () => {
  expect(callFilter({ status: 'dancing' }, NOW)).toEqual({});
});

test('a span that ends now goes before fixed ends', () => {
  expect(callFilter({ range: '24h', from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }, NOW)).toEqual(
    {
      from: '2026-01-04T12:00:00.000Z',
    },
  );
});

test('the export has the same filter, and its organization since a download has no headers', () => {
  expect(csvAddress({ caller: '+1310' }, 'o1')).toBe('/v1/calls.csv?caller=%2B1310&organization=o1');
  expect(csvAddress({}, undefined)).toBe('/v1/calls.csv');
});

test('tags are asked for by name', () => {
  expect(callFilter({ tag: 'lead_source = google_ads, age=67, half' }, NOW)).toEqual({
    'tag.lead_source': 'google_ads',
    'tag.age': '67',
  });
});
