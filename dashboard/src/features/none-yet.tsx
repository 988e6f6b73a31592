import { Link } from '@tanstack/react-router';

const PAGES = {
  campaign: '/campaigns',
  target: '/targets',
  'routing plan': '/routing-plans',
  number: '/numbers',
} as const;

/** Where one has to be chosen and there is none. */
export function NoneYet({ noun }: { noun: keyof typeof PAGES }) {
  return (
    <>
      There is no {noun} yet.{' '}
      <Link to={PAGES[noun]} className="underline underline-offset-2">
        Add one
      </Link>{' '}
      first.
    </>
  );
}
