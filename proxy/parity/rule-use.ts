import { occurs, placesOf, type Rule } from '../../shared/parity/rules';
import type { RanCase } from './run-case';

export type RuleUser = Pick<RanCase, 'needed'> &
  Readonly<Record<'control' | 'candidate', Pick<RanCase['control'], 'response' | 'changes'>>>;

/** Which rules a run had use for. */
export class RuleUse {
  private readonly needed = new Set<Rule>();
  private readonly met = new Set<Rule>();

  constructor(private readonly rules: readonly Rule[]) {}

  /** A case that was run, and the rules that applied to it. */
  note({ control, candidate, needed }: RuleUser, rules: readonly Rule[]): void {
    for (const rule of needed) this.needed.add(rule);
    const open = rules.filter((rule) => !this.needed.has(rule) && !this.met.has(rule));
    if (open.length === 0) return;
    const places = [...placesOf(control.response), ...placesOf(candidate.response)];
    const changed = control.changes.map(({ collection, kind }) => `database ${collection} ${kind} after`);
    for (const rule of open)
      if (occurs(rule, places) || changed.some((place) => rule.path.startsWith(place))) this.met.add(rule);
  }

  /**
   * What the rules file must lose: an accepted difference that is gone, and any rule of one route whose place no answer has. What is for all
   * routes may be for one that is not listed yet, and a rule without a place hides nothing.
   * @param ran names of the routes of which every case was run
   * @param options `complete`: whether those are all routes
   */
  superfluous(
    ran: ReadonlySet<string>,
    {
      routes,
      complete,
    }: { readonly routes: readonly { readonly name: string; readonly id?: string }[]; readonly complete: string },
  ): readonly string[] {
    const concerns = ({ route }: Rule): boolean =>
      (route === '*' && complete === 'all routes') ||
      ran.has(route) ||
      ran.has(routes.find(({ id }) => id === route)?.name ?? '');
    return this.rules.flatMap((rule) => {
      if (this.needed.has(rule) || !concerns(rule)) return [];
      if (rule.kind !== 'accepted' && (this.met.has(rule) || rule.route === '*')) return [];
      const why = this.met.has(rule) ? 'nothing differs there' : 'no answer has this place';
      return [`${rule.place} is not needed: ${why} (${rule.kind} ${rule.path}); remove the rule`];
    });
  }
}
