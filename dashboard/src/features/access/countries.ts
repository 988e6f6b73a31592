const CODES =
  'AE AR AT AU BE BG BR CA CH CL CN CO CR CY CZ DE DK DO EC EE EG ES FI FR GB GR GT HK HR HU ID IE IL IN IS IT JM JP KE KR LT LU LV MA MT MX MY NG NL NO NZ PA PE PH PL PR PT RO RS SA SE SG SI SK TH TR TT TW UA US UY VN ZA';

const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** Countries by name; the server knows more, and the API takes them. */
export const COUNTRIES: [code: string, name: string][] = CODES.split(' ')
  .map((code): [string, string] => [code, names.of(code) ?? code])
  .sort(([, a], [, b]) => a.localeCompare(b));

/** Where this browser seems to be; the United States if it does not say. */
export function localCountry(): string {
  const region = new Intl.Locale(navigator.language).region;
  return COUNTRIES.some(([code]) => code === region) && region !== undefined ? region : 'US';
}
