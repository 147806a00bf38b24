/** The page's style sheet: 4.5:1 contrast in both schemes; a mark is never a colour alone. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --line: #d9dde3; --text: #1b1f24; --soft: #59636e;
  --good: #1a7036; --bad: #b3261e; --warn: #7a5200; --bad-bg: #fdebe9; --warn-bg: #fdf3dc; --forgiven-bg: #eef3fa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2026; --line: #343b44; --text: #e4e8ed; --soft: #9aa5b1;
    --good: #6fd08c; --bad: #ff8f85; --warn: #e9bd62; --bad-bg: #43201e; --warn-bg: #3a2f16; --forgiven-bg: #1d2936;
  }
}
body { margin: 0 auto; max-width: 1400px; padding: 16px 24px 60px; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
a { color: inherit; }
.soft, th { color: var(--soft); }
.equal .sign, .result.equal { color: var(--good); }
.different .sign, .result.different { color: var(--bad); }
.accepted .sign, .result.accepted { color: var(--warn); }
summary, .case { padding: 3px 8px; overflow-wrap: anywhere; }
details[open] { border-left: 3px solid var(--line); padding-left: 12px; }
table { border-collapse: collapse; margin: 8px 0; font-size: 13.5px; }
th { text-align: left; }
th, td { padding: 2px 10px; vertical-align: top; overflow-wrap: anywhere; }
.summary td:not(:first-child) { text-align: right; }
.wide { width: 100%; table-layout: fixed; }
.rows td, .path, pre { font: 12.5px/1.55 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; }
.rows td:first-child, .rows th:first-child { width: 20px; padding: 0 4px; }
tr.different { background: var(--bad-bg); }
tr.accepted { background: var(--warn-bg); }
tr.forgiven { background: var(--forgiven-bg); }
pre { padding: 10px 14px; background: var(--panel); overflow-wrap: anywhere; }
`;
