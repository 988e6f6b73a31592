// Money is kept as whole micro-dollars and printed with two to six decimals, so that 150.00 comes out as 150.00.
const SHAPE = /^\d{1,9}(?:\.(\d{1,6}))?$/;

export function toMicros(value) {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !SHAPE.test(text)) return undefined;
  const [whole, fraction = ''] = text.split('.');
  return Number(whole) * 1e6 + Number(fraction.padEnd(6, '0'));
}

export function fromMicros(micros) {
  const whole = Math.floor(micros / 1e6);
  const fraction = String(micros % 1e6).padStart(6, '0').replace(/0{1,4}$/, '');
  return `${whole}.${fraction}`;
}
