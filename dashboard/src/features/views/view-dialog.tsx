import { useForm } from 'react-hook-form';
import type { SavedView, ViewPage } from '@/api/types';
import { Button } from '@/components/button';
import { CheckField, TextField, useSave } from '@/components/form';
import { Dialog } from '@/components/overlay';
import { ProblemNote } from '@/components/states';
import { useMay } from '../access/session';
import { useViewDeeds } from './use-view-deeds';

interface ViewDialogProps {
  /** The one that is changed; a new one without it. */
  view: SavedView | undefined;
  page: ViewPage;
  now: { search: string; columns: string[] | null };
  onSaved(view: SavedView): void;
  onClose(): void;
}

/** A view's name, and who sees it. Loaded when it is opened: forms are not in the first load. */
export default function ViewDialog({ view, page, now, onSaved, onClose }: ViewDialogProps) {
  const mayShare = useMay('analyst');
  const { create, update } = useViewDeeds();
  const form = useForm({ defaultValues: { name: view?.name ?? '', shared: view?.shared ?? false } });
  const { submit, problem, busy } = useSave(form, async (values) => {
    onSaved(await (view ? update(view, values) : create({ ...values, ...now, page })));
    onClose();
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={view ? 'Rename or share' : 'Save as a view'}
      description={view ? undefined : 'Keeps the filters and columns of this page under a name.'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} onClick={() => void submit()}>
            {view ? 'Save' : 'Save view'}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField form={form} name="name" label="Name" placeholder="Failed this week" maxLength={128} />
        {(mayShare || view?.shared) && (
          <CheckField
            form={form}
            name="shared"
            label="Share it"
            hint="Everybody in the organization sees it; you and managers can change it."
          />
        )}
        {problem !== undefined && <ProblemNote problem={problem} />}
      </form>
    </Dialog>
  );
}
