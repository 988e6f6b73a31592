const LEAST = 1;
const SEEN = 3;

/** Heights in pixels: the busiest hour fills it, and anything at all is seen. */
export function bars(points: { all: number; bad: number }[], height: number) {
  const most = Math.max(1, ...points.map((point) => point.all));
  return points.map(({ all, bad }) => {
    if (all === 0) return { good: LEAST, bad: 0 };
    const whole = Math.max(SEEN, Math.round((all / most) * height));
    const amber = bad === 0 ? 0 : Math.max(LEAST, Math.round((bad / all) * whole));
    return { good: whole - amber, bad: amber };
  });
}
