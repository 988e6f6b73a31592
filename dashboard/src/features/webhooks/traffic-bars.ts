const LEAST = 1;
const SEEN = 3;

/** Heights in pixels: the busiest hour fills it, and any request at all is seen. */
export function bars(points: { requests: number; refused: number }[], height: number) {
  const most = Math.max(1, ...points.map((point) => point.requests));
  return points.map(({ requests, refused }) => {
    if (requests === 0) return { accepted: LEAST, refused: 0 };
    const whole = Math.max(SEEN, Math.round((requests / most) * height));
    const bad = refused === 0 ? 0 : Math.max(LEAST, Math.round((refused / requests) * whole));
    return { accepted: whole - bad, refused: bad };
  });
}
