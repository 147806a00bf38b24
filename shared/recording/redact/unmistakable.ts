import { REMOVED } from './settings';

/** What is a secret wherever it stands, by its form alone. */
const SECRETS = new RegExp(
  [
    // JSON Web Tokens (RFC 7519).
    String.raw`(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`,
    // Stripe: secret and restricted keys, secrets of webhooks.
    String.raw`\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}`,
    String.raw`\bwhsec_[A-Za-z0-9+/]{20,}=*`,
    // GitHub.
    String.raw`\bgh[oprsu]_[A-Za-z0-9]{30,}`,
    String.raw`\bgithub_pat_\w{22,}`,
    // AWS: ids of long-lived and temporary keys.
    String.raw`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`,
    // PEM (RFC 7468), in JSON with its line ends escaped.
    String.raw`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?`,
  ].join('|'),
  'g',
);

/** 13 to 19 digits, alone or in groups. */
const CARD = /(?<![\w.-])(?:\d[ -]?){12,18}\d(?!\w|[.-]\d)/g;
/** How the numbers of the networks begin, and how long they are (ISO/IEC 7812). */
const NETWORKS =
  /^(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|(?:6(?:011|4[4-9]\d|5\d\d)|35\d\d)\d{12})$/;

/** Replaces keys and tokens; of numbers of cards all digits but the first become zeros, so that JSON stays JSON. */
export function replaceUnmistakable(text: string): string {
  return text.replaceAll(SECRETS, REMOVED).replaceAll(CARD, (number) => {
    const digits = number.replaceAll(/\D/g, '');
    return NETWORKS.test(digits) && isLuhn(digits) ? number.charAt(0) + number.slice(1).replaceAll(/\d/g, '0') : number;
  });
}

/** The check digit of cards (ISO/IEC 7812-1 annex B). */
function isLuhn(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, i) => total + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
}
