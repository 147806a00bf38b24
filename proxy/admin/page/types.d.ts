import type { Fleet } from '../../fleet/fleet';
import type { describeOne, describeState } from '../state';

/** A value as it arrives in JSON. */
type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

/** What /api/state answers. */
export type State = Json<ReturnType<typeof describeState>> & {
  /** null without MongoDB, and while it does not answer. */
  readonly fleet: (Json<Fleet> & { readonly sentences: readonly string[] }) | null;
  readonly token: { readonly name: string; readonly mayChange: boolean } | null;
};

/** A route in it. */
export type Route = State['routes'][number];

/** What /api/routes/<id> answers. */
export type Detail = Json<NonNullable<Awaited<ReturnType<typeof describeOne>>>>;

/** A route's row, the row of its details while they are open, and what is drawn in both. */
export interface Row {
  readonly main: HTMLElement;
  readonly cells: readonly [
    name: HTMLElement,
    stage: HTMLElement,
    split: HTMLElement,
    chart: HTMLElement,
    errors: HTMLElement,
    parity: HTMLElement,
    actions: HTMLElement,
  ];
  detail?: HTMLElement | undefined;
}

/** What the parts of the page share. */
export interface Page {
  /** undefined until the proxy has answered. */
  state: State | undefined;
  /** The id of the route whose details are open. */
  opened: string;
  readonly poll: () => Promise<void>;
  toggle(id: string): void;
  rollBack(route: Route): void;
  resume(route: Route): void;
}
