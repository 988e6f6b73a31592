import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { SavedView, Schema } from '@/api/types';
import { say } from '@/components/toast';

/** What is done to views; the lists follow. */
export function useViewDeeds() {
  const client = useQueryClient();
  const told = async <T>(done: Promise<T>, text: string): Promise<T> => {
    const made = await done;
    await client.invalidateQueries({ queryKey: ['views'] });
    say(text);
    return made;
  };
  return {
    create: (body: Schema['NewView']) => told(data(api.POST('/v1/views', { body })), 'View saved.'),
    update: (view: SavedView, body: Schema['ViewPatch']) =>
      told(data(api.PATCH('/v1/views/{id}', { params: { path: { id: view.id } }, body })), 'View changed.'),
    remove: (view: SavedView) =>
      told(data(api.DELETE('/v1/views/{id}', { params: { path: { id: view.id } } })), 'View deleted.'),
  };
}
