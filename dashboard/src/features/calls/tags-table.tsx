import { Link } from '@tanstack/react-router';
import type { Tag, TagSource } from '@/api/types';
import { Badge, type Tone } from '@/components/badge';
import { Tip } from '@/components/tip';
import { Time } from '@/components/values';

const SOURCES: Record<TagSource, { label: string; tone: Tone }> = {
  default: { label: 'default', tone: 'plain' },
  number: { label: 'number’s prefix', tone: 'plain' },
  campaign: { label: 'campaign', tone: 'plain' },
  publisher: { label: 'publisher', tone: 'plain' },
  url: { label: 'URL', tone: 'info' },
  header: { label: 'header', tone: 'info' },
  rtb: { label: 'RTB', tone: 'info' },
  call_data: { label: 'call_data', tone: 'accent' },
  flow: { label: 'flow', tone: 'warn' },
  update_tags: { label: 'update_tags', tone: 'accent' },
};

/** A call's tags, each with where it came from and when. */
export function TagsTable({ tags }: { tags: Tag[] }) {
  return (
    <table className="w-full text-left text-sm">
      <thead className="sr-only">
        <tr>
          <th scope="col">Tag</th>
          <th scope="col">Source and time</th>
        </tr>
      </thead>
      <tbody>
        {tags.map((tag) => (
          <tr key={tag.name} className="border-b last:border-b-0">
            <td className="max-w-0 py-2 pr-3 pl-4">
              <div className="font-mono text-2xs break-all text-ink-3">{tag.name}</div>
              <div className="break-words">
                {tag.value || <span className="text-ink-3">empty</span>}
                {tag.flagged && (
                  <Tip text="The value does not fit the tag’s type. It is kept as it was sent.">
                    <button type="button" className="ml-1.5">
                      <Badge tone="warn">misfit</Badge>
                    </button>
                  </Tip>
                )}
              </div>
            </td>
            <td className="w-0 py-2 pr-4 text-right align-top whitespace-nowrap">
              {tag.request_id ? (
                <Link to="/requests/$id" params={{ id: tag.request_id }} className="hover:underline">
                  <Badge tone={SOURCES[tag.source].tone}>{SOURCES[tag.source].label} ↗</Badge>
                </Link>
              ) : (
                <Badge tone={SOURCES[tag.source].tone}>{SOURCES[tag.source].label}</Badge>
              )}
              <div className="mt-0.5 text-xs text-ink-3">
                <Time at={tag.at} />
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
