/** A line that ends in a hook. */
export function Logo({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden="true">
      <rect width="24" height="24" rx="5.5" className="fill-accent" />
      <path
        d="M8 4v10.2a4.3 4.3 0 0 0 8.6 0V12l-2.4 2.2"
        fill="none"
        className="stroke-on-accent"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16.6" cy="6.2" r="1.7" fill="#ffb48a" />
    </svg>
  );
}
