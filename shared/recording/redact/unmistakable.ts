import { REMOVED } from './settings';

/** Secrets recognisable by their form alone, wherever they occur. */
const SECRETS = new RegExp(
  [
    // JSON Web Tokens (RFC 7519).
    String.raw`(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`,
    // Stripe: secret and restricted keys, webhook secrets.
    String.raw`\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}`,
    String.raw`\bwhsec_[A-Za-z0-9+/]{20,}=*`,
    // GitHub.
    String.raw`\bgh[oprsu]_[A-Za-z0-9]{30,}`,
    String.raw`\bgithub_pat_\w{22,}`,
    // AWS: ids of long-lived and temporary access keys.
    String.raw`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`,
    // PEM (RFC 7468), also within JSON, where line ends are escaped.
    String.raw`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?`,
  ].join('|'),
  'g',
);

/** Groups of digits, separated by one space or dash. */
const GROUPS = /(?<![\w.-])\d+(?:[ \u00A0-]\d+)*/g;
const DIGITS = { least: 13, most: 19 };
/** How cards are printed, by the lengths of their groups, fewest groups first. Next to other numbers, only these groupings are recognised. */
const PRINTED: readonly (readonly number[])[] = [
  ...[13, 14, 15, 16, 19].map((length) => [length]),
  ...[
    [4, 6, 5],
    [4, 6, 4],
    [4, 4, 4, 4],
    [4, 4, 4, 1],
    [4, 4, 4, 4, 3],
  ],
];
/** How each network's card numbers begin and how long they are (ISO/IEC 7812). */
const NETWORKS =
  /^(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|(?:6(?:011|4[4-9]\d|5\d\d)|35\d\d)\d{12})$/;

/** Replaces keys and tokens. In card numbers all digits but the first become zeros, so that JSON stays JSON. */
export function replaceUnmistakable(text: string): string {
  return text.replaceAll(SECRETS, REMOVED).replaceAll(GROUPS, (run, at: number) => {
    if (run.length < DIGITS.least) return run;
    // The last group belongs to a fraction, a word or an id.
    const goesOn = /^(?:\w|[.-]\w)/.test(text.slice(at + run.length, at + run.length + 2));
    return replaceCards(run.split(/(?=[ \u00A0-])/), { goesOn });
  });
}

function replaceCards(groups: readonly string[], { goesOn }: { readonly goesOn: boolean }): string {
  const last = goesOn ? groups.length - 1 : groups.length;
  const pieces: string[] = [];
  for (let from = 0; from < groups.length;) {
    const first = groups[from] ?? '';
    const to = from < last ? endOfCard(groups, from, last) : undefined;
    if (to === undefined) pieces.push(first);
    else {
      const rest = groups.slice(from + 1, to).join('');
      pieces.push(first.replace(/(?<=\d)\d/g, '0') + rest.replaceAll(/\d/g, '0'));
    }
    from = to ?? from + 1;
  }
  return pieces.join('');
}

/** The index after the last group of a card that begins at `from`; undefined when none does. */
function endOfCard(groups: readonly string[], from: number, last: number): number | undefined {
  for (const lengths of PRINTED) {
    const to = from + lengths.length;
    if (to <= last && lengths.every((length, i) => lengthOf(groups, from + i) === length) && isCard(groups, from, to))
      return to;
  }
  // On its own, a card may be grouped in any way.
  return from === 0 && last === groups.length && groups.length <= DIGITS.most && isCard(groups, 0, last)
    ? last
    : undefined;
}

/** Number of digits: every group but the first of a run starts with its separator. */
const lengthOf = (groups: readonly string[], at: number): number => (groups[at]?.length ?? 0) - (at === 0 ? 0 : 1);

function isCard(groups: readonly string[], from: number, to: number): boolean {
  const digits = groups.slice(from, to).join('').replaceAll(/\D/g, '');
  return NETWORKS.test(digits) && isLuhn(digits);
}

/** Verifies the check digit of a card number (ISO/IEC 7812-1 annex B). */
function isLuhn(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, i) => total + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
}
