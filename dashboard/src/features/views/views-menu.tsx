import { useQuery } from '@tanstack/react-query';
import { Bookmark, BookmarkPlus, Check, Pencil, RefreshCw, Trash2, Users } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { SavedView, ViewPage } from '@/api/types';
import { Button } from '@/components/button';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';
import { sayProblem } from '@/components/toast';
import { useMay, useSession } from '../access/session';
import { viewsQuery } from './queries';
import { useViewDeeds } from './use-view-deeds';
import { chosenView, queryOf, type Search, searchOf } from './view';

const ViewDialog = lazy(() => import('./view-dialog'));

interface ViewsMenuProps {
  page: ViewPage;
  /** The filters now. */
  search: Search;
  /** The columns that are shown now, where they can be chosen. */
  columns?: string[];
  onPick(search: Record<string, string>, columns: string[] | null): void;
}

/** Filters that are kept under a name: picked, saved, changed, shared. The address stays what the page shows. */
export function ViewsMenu({ page, search, columns, onPick }: ViewsMenuProps) {
  const views = useQuery(viewsQuery(page)).data ?? [];
  const { user } = useSession();
  const manages = useMay('manager');
  const [picked, setPicked] = useState<string>();
  const [editing, setEditing] = useState<SavedView | 'new'>();
  const [deleting, setDeleting] = useState<SavedView>();
  const { update, remove } = useViewDeeds();
  const chosen = chosenView(views, search, columns);
  // One that was picked and whose filters were changed since can take them over.
  const last = views.find((view) => view.id === picked);
  const shown = chosen ?? last;
  const isChanged = shown !== undefined && chosen === undefined;
  const mayChange = shown !== undefined && (shown.mine || manages);
  const now = { search: queryOf(search), columns: columns ?? null };
  const pick = (view: SavedView) => {
    setPicked(view.id);
    onPick(searchOf(view), view.columns ?? null);
  };
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button className="max-w-56">
            <Bookmark className="size-3.5 shrink-0" aria-hidden />
            <span className="truncate">{shown ? shown.name : 'Views'}</span>
            {isChanged && <span className="text-ink-3">· changed</span>}
          </Button>
        }
      >
        <List title="Yours" views={views.filter((view) => view.mine)} chosen={chosen} onPick={pick} />
        <List title="Shared" views={views.filter((view) => !view.mine)} chosen={chosen} onPick={pick} />
        {views.length === 0 && !user && <MenuLabel>No view is shared yet</MenuLabel>}
        {user && (
          <>
            {views.length > 0 && <MenuLine />}
            <MenuItem onSelect={() => setEditing('new')}>
              <BookmarkPlus className="size-4 text-ink-3" aria-hidden /> Save as a view…
            </MenuItem>
          </>
        )}
        {mayChange && (
          <>
            <MenuLine />
            {isChanged && (
              <MenuItem onSelect={() => void update(shown, now).catch(sayProblem)}>
                <RefreshCw className="size-4 text-ink-3" aria-hidden /> Save changes to {shorten(shown.name)}
              </MenuItem>
            )}
            <MenuItem onSelect={() => setEditing(shown)}>
              <Pencil className="size-4 text-ink-3" aria-hidden /> Rename or share…
            </MenuItem>
            <MenuItem danger onSelect={() => setDeleting(shown)}>
              <Trash2 className="size-4" aria-hidden /> Delete…
            </MenuItem>
          </>
        )}
      </Menu>
      {editing !== undefined && (
        <Suspense>
          <ViewDialog
            view={editing === 'new' ? undefined : editing}
            page={page}
            now={now}
            onSaved={(view) => setPicked(view.id)}
            onClose={() => setEditing(undefined)}
          />
        </Suspense>
      )}
      {deleting !== undefined && (
        <Confirm
          open
          onOpenChange={(open) => !open && setDeleting(undefined)}
          title={`Delete the view ${deleting.name}?`}
          deed="Delete"
          onConfirm={() => remove(deleting)}
        >
          {deleting.shared
            ? 'It is shared: nobody in the organization will find it any more.'
            : 'Only you see it.'}{' '}
          What it shows stays.
        </Confirm>
      )}
    </>
  );
}

interface ListProps {
  title: string;
  views: SavedView[];
  chosen: SavedView | undefined;
  onPick(view: SavedView): void;
}

function List({ title, views, chosen, onPick }: ListProps) {
  if (views.length === 0) return null;
  return (
    <>
      <MenuLabel>{title}</MenuLabel>
      {views.map((view) => (
        <MenuItem key={view.id} onSelect={() => onPick(view)}>
          <span className="grid size-4 shrink-0 place-items-center">
            {view.id === chosen?.id && <Check className="size-3.5 text-accent" aria-label="chosen" />}
          </span>
          <span className="max-w-60 min-w-0 flex-1 truncate">{view.name}</span>
          {!view.mine && <span className="max-w-32 truncate text-xs text-ink-3">{view.by_name}</span>}
          {view.mine && view.shared && <Users className="size-3.5 text-ink-3" aria-label="shared" />}
        </MenuItem>
      ))}
    </>
  );
}

const NAME_SHOWN_CHARS = 24;

function shorten(name: string): string {
  return name.length > NAME_SHOWN_CHARS ? `${name.slice(0, NAME_SHOWN_CHARS - 1)}…` : name;
}
