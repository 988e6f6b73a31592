import { Button } from './button';
import { plural } from './format';

interface MoreProps {
  shown: number;
  noun: string;
  /** If it is not the noun with an s. */
  nouns?: string;
  hasMore: boolean;
  loading: boolean;
  onMore(): void;
}

/** How many rows there are so far, and a button for the next page. */
export function More({ shown, noun, nouns, hasMore, loading, onMore }: MoreProps) {
  return (
    <div className="flex min-h-7 items-center justify-between gap-3 text-xs text-ink-3">
      <span className="tnum">
        {nouns && shown !== 1 ? `${shown.toLocaleString('en-US')} ${nouns}` : plural(shown, noun)}
        {hasMore ? ' so far' : ''}
      </span>
      {hasMore && (
        <Button small busy={loading} onClick={onMore}>
          {loading ? 'Loading…' : 'Load older'}
        </Button>
      )}
    </div>
  );
}
