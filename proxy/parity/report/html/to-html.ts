import { createHash } from 'node:crypto';
import type { ParityRun } from '../../../../shared/parity/result';
import { PAGE_SCRIPT } from './page-script';
import { PAGE_STYLE } from './page-style';
import { toReportView } from './report-view';

/**
 * A run as one page that needs nothing else: no network, no other file. Whatever comes from a response stands in a block of
 * data that no browser runs, and is shown as text only; the page's policy allows its own script and style by their hashes and
 * nothing besides (Content Security Policy 3, Trusted Types).
 */
export function toHtml(run: ParityRun): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(PAGE_SCRIPT)}`,
    `style-src ${hashOf(PAGE_STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Parity report</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<noscript>This page shows its data by a script of its own. Without one, use the report that --json writes.</noscript>
<script type="application/json" id="data">${dataBlock(toReportView(run))}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the block or begin another: `<` is written as an escape (HTML standard, script data states). */
function dataBlock(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
