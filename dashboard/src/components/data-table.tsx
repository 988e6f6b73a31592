import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  type RowData,
  useReactTable,
  type VisibilityState,
} from '@tanstack/react-table';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { cx } from './cx';
import { ErrorState, Skeleton } from './states';

declare module '@tanstack/react-table' {
  interface ColumnMeta<TData extends RowData, TValue> {
    /** The width of the window from which the column is shown. */
    from?: 'sm' | 'md' | 'lg' | 'xl';
    align?: 'right';
    /** It takes what is left and is cut. */
    grow?: boolean;
    /** Its rows are in this order. */
    sorted?: 'ascending' | 'descending' | undefined;
  }
}

const FROM = {
  sm: 'hidden sm:table-cell',
  md: 'hidden md:table-cell',
  lg: 'hidden lg:table-cell',
  xl: 'hidden xl:table-cell',
};

interface DataTableProps<T> {
  label: string;
  // biome-ignore lint/suspicious/noExplicitAny: a table's columns have values of many types
  columns: ColumnDef<T, any>[];
  rows: T[] | undefined;
  rowId(row: T): string;
  onOpen?(row: T): void;
  /** Which row is open beside the table. */
  openId?: string | undefined;
  problem?: unknown;
  retry?(): void;
  empty: ReactNode;
  visibility?: VisibilityState;
  footer?: ReactNode;
}

/** Rows that are opened by a click, or by arrows (or j, k) and Enter. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, rows, rowId, onOpen, openId, problem, retry, empty, visibility, footer } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const table = useReactTable({
    data: rows ?? [],
    columns,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    state: { columnVisibility: visibility ?? {} },
  });
  if (problem && rows === undefined)
    return <Frame>{<ErrorState problem={problem} {...(retry ? { retry } : {})} />}</Frame>;
  if (rows?.length === 0) return <Frame>{empty}</Frame>;

  const move = (event: KeyboardEvent<HTMLTableRowElement>, row: T) => {
    if (event.target !== event.currentTarget) return;
    const step =
      event.key === 'ArrowDown' || event.key === 'j'
        ? 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? -1
          : 0;
    if (event.key === 'Enter') onOpen?.(row);
    if (step === 0) return;
    event.preventDefault();
    const all = [...(body.current?.rows ?? [])];
    all[all.indexOf(event.currentTarget) + step]?.focus();
  };

  return (
    <Frame>
      <div className="overflow-x-auto">
        <table
          aria-label={label}
          aria-busy={rows === undefined}
          className="w-full border-collapse text-left text-sm"
        >
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} className="border-b bg-sunken">
                {group.headers.map((header) => (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={header.column.columnDef.meta?.sorted}
                    className={cx(
                      'h-8 px-3 text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4',
                      header.column.columnDef.meta?.from && FROM[header.column.columnDef.meta.from],
                      header.column.columnDef.meta?.align === 'right' && 'text-right',
                    )}
                  >
                    {flexRender(header.column.columnDef.header, header.getContext())}
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody ref={body}>
            {rows === undefined
              ? waiting(table.getVisibleLeafColumns().length)
              : table.getRowModel().rows.map((row) => (
                  <tr
                    key={row.id}
                    {...(onOpen
                      ? {
                          tabIndex: 0,
                          onClick: (event) => {
                            if (window.getSelection()?.toString() || opensItself(event.target)) return;
                            onOpen(row.original);
                          },
                          onKeyDown: (event) => move(event, row.original),
                        }
                      : {})}
                    aria-current={openId === row.id || undefined}
                    className={cx(
                      'border-b last:border-b-0 -outline-offset-2',
                      onOpen && 'cursor-pointer hover:bg-sunken',
                      openId === row.id && 'bg-accent-soft hover:bg-accent-soft [&_.text-ink-3]:text-ink-2',
                    )}
                  >
                    {row.getVisibleCells().map((cell) => (
                      <td
                        key={cell.id}
                        className={cx(
                          'h-9 px-3 py-1 whitespace-nowrap first:pl-4 last:pr-4',
                          cell.column.columnDef.meta?.from && FROM[cell.column.columnDef.meta.from],
                          cell.column.columnDef.meta?.align === 'right' && 'text-right',
                          cell.column.columnDef.meta?.grow && 'w-full max-w-0 truncate',
                        )}
                      >
                        {flexRender(cell.column.columnDef.cell, cell.getContext())}
                      </td>
                    ))}
                  </tr>
                ))}
          </tbody>
          {rows !== undefined && columns.some((column) => column.footer) && (
            <tfoot>
              {table.getFooterGroups().map((group) => (
                <tr key={group.id} className="border-t bg-sunken font-medium">
                  {group.headers.map(({ id, column, getContext }) => (
                    <td
                      key={id}
                      className={cx(
                        'h-9 px-3 py-1 whitespace-nowrap first:pl-4 last:pr-4',
                        column.columnDef.meta?.from && FROM[column.columnDef.meta.from],
                        column.columnDef.meta?.align === 'right' && 'text-right',
                      )}
                    >
                      {flexRender(column.columnDef.footer, getContext())}
                    </td>
                  ))}
                </tr>
              ))}
            </tfoot>
          )}
        </table>
      </div>
      {footer && <div className="border-t px-4 py-2">{footer}</div>}
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return <div className="overflow-hidden rounded-lg border bg-ground">{children}</div>;
}

/** A button or link in a row does its own thing. */
function opensItself(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, select') !== null;
}

function waiting(columns: number) {
  return Array.from({ length: 8 }, (_, row) => (
    <tr key={row} className="border-b last:border-b-0">
      <td colSpan={columns} className="h-9 px-4">
        <Skeleton className="h-3.5 w-full" />
      </td>
    </tr>
  ));
}

/** What a row shows first: a name that leads, with something quieter under or beside it. */
export function Lead({ children, sub }: { children: ReactNode; sub?: ReactNode }) {
  return (
    <div className="min-w-0 leading-5">
      <div className="truncate font-medium">{children}</div>
      {sub && <div className="truncate text-xs text-ink-3">{sub}</div>}
    </div>
  );
}
