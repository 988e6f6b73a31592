import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { chooseOrganization } from '@/api/organization';
import type { Organization } from '@/api/types';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { FormSheet, SelectField, TextField, useSave } from '@/components/form';
import { Page, Section } from '@/components/page';
import { ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { COUNTRIES, localCountry } from '@/features/access/countries';
import { useMay, useSession } from '@/features/access/session';
import { organizationQuery } from '@/features/organization/queries';

export const Route = createFileRoute('/_app/settings/organization')({ component: OrganizationPage });

function OrganizationPage() {
  const organization = useQuery(organizationQuery);
  const { user } = useSession();
  const [making, setMaking] = useState(false);
  return (
    <Page
      title="Organization"
      actions={
        user && (
          <Button onClick={() => setMaking(true)}>
            <Plus className="size-4" aria-hidden /> Another organization
          </Button>
        )
      }
    >
      <Section title="This organization" className="max-w-xl">
        {organization.data ? (
          <OrganizationForm key={organization.data.id} organization={organization.data} />
        ) : organization.error ? (
          <ErrorState problem={organization.error} />
        ) : (
          <LoadingRows rows={3} />
        )}
      </Section>
      {making && <NewOrganization onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Countries({ current }: { current: string }) {
  const known = COUNTRIES.some(([code]) => code === current);
  return (
    <>
      {!known && <option value={current}>{current}</option>}
      {COUNTRIES.map(([code, name]) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </>
  );
}

function OrganizationForm({ organization }: { organization: Organization }) {
  const client = useQueryClient();
  const may = useMay('owner');
  const form = useForm({
    values: { name: organization.name, default_country: organization.default_country },
  });
  const { submit, problem, busy } = useSave(form, async (values) => {
    await data(api.PATCH('/v1/organization', { body: values }));
    await client.invalidateQueries({ queryKey: ['organization'] });
    say('Organization saved.');
  });
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <fieldset disabled={!may} className="grid gap-4">
        <TextField form={form} name="name" label="Name" />
        <SelectField
          form={form}
          name="default_country"
          label="Country"
          hint="Where numbers without a country code are from."
        >
          <Countries current={organization.default_country} />
        </SelectField>
      </fieldset>
      <div>
        <div className="text-xs font-medium text-ink-2">Id</div>
        <CopyId id={organization.id} label="Copy organization id" />
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {may && (
        <div>
          <Button type="submit" kind="primary" busy={busy} disabled={!form.formState.isDirty}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function NewOrganization({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const form = useForm({ defaultValues: { name: '', country: localCountry() } });
  const save = async (values: { name: string; country: string }) => {
    const made = await data(api.POST('/v1/organizations', { body: values }));
    chooseOrganization(made.id);
    client.clear();
    await navigate({ to: '/webhooks/incoming' });
    say(`You are in ${made.name} now.`);
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title="Another organization"
      description="You own it, and switch to it at the top of the menu."
      form={form}
      save={save}
      deed="Make organization"
    >
      <TextField form={form} name="name" label="Name" />
      <SelectField form={form} name="country" label="Country">
        <Countries current="US" />
      </SelectField>
    </FormSheet>
  );
}
