/** The page's style sheet. Colours are chosen for 4.5:1 contrast in both schemes; a mark is never a colour alone. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --line: #d9dde3; --text: #1b1f24; --soft: #59636e; --accent: #0b5cad; --focus: #0b5cad;
  --good: #1a7036; --bad: #b3261e; --warn: #7a5200; --skip: #59636e;
  --good-bg: #e4f4e8; --bad-bg: #fdebe9; --warn-bg: #fdf3dc; --skip-bg: #eceff2; --forgiven-bg: #eef3fa;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2026; --line: #343b44; --text: #e4e8ed; --soft: #9aa5b1; --accent: #7db8f5; --focus: #7db8f5;
    --good: #6fd08c; --bad: #ff8f85; --warn: #e9bd62; --skip: #9aa5b1;
    --good-bg: #16301f; --bad-bg: #43201e; --warn-bg: #3a2f16; --skip-bg: #262c33; --forgiven-bg: #1d2936;
  }
}
* { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); height: 100vh; display: grid; grid-template: auto minmax(0, 1fr) / minmax(300px, 380px) minmax(0, 1fr); }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
h1, h2, h3, p { margin: 0; }
header { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 12px 28px; padding: 14px 20px; border-bottom: 1px solid var(--line); background: var(--panel); }
header h1 { font-size: 18px; }
.result { font-weight: 600; padding: 3px 12px; border-radius: 99px; }
.sides { color: var(--soft); display: grid; grid-template-columns: auto auto; gap: 0 10px; font-size: 13px; }
.sides b { color: var(--text); font-weight: 600; }
.sides code { font: 12.5px var(--mono); }
.when { color: var(--soft); font-size: 13px; margin-left: auto; text-align: right; }
.good { color: var(--good); background: var(--good-bg); }
.bad { color: var(--bad); background: var(--bad-bg); }
.warn { color: var(--warn); background: var(--warn-bg); }
.skip { color: var(--skip); background: var(--skip-bg); }
nav { border-right: 1px solid var(--line); display: flex; flex-direction: column; min-height: 0; }
.filters { padding: 12px; display: grid; gap: 10px; border-bottom: 1px solid var(--line); }
.filters input { width: 100%; padding: 6px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--page); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; }
.chip { border: 1px solid transparent; border-radius: 99px; padding: 1px 10px; font-size: 13px; font-variant-numeric: tabular-nums; }
.chip[aria-pressed="false"] { background: none; border-color: var(--line); color: var(--soft); text-decoration: line-through; }
.list { overflow: auto; padding: 6px 0 40px; flex: 1; }
.route { position: sticky; top: -6px; background: var(--page); z-index: 1; display: flex; width: 100%; gap: 8px; align-items: center; border: 0; text-align: left; padding: 7px 12px; font-weight: 600; }
.route:hover, .case:hover { background: var(--panel); }
.route .name { flex: 1; font: 600 12.5px var(--mono); overflow-wrap: anywhere; min-width: 0; }
.route .arrow { width: 10px; color: var(--soft); }
.bar { display: flex; width: 36px; height: 8px; border-radius: 4px; overflow: hidden; background: var(--skip-bg); flex: none; }
.bar i { display: block; height: 100%; }
.bar .good { background: var(--good); } .bar .bad { background: var(--bad); } .bar .warn { background: var(--warn); } .bar .skip { background: var(--line); }
.count { color: var(--soft); font-size: 12.5px; font-weight: 400; min-width: 34px; text-align: right; font-variant-numeric: tabular-nums; }
.case { display: grid; grid-template-columns: 18px 1fr; gap: 0 6px; width: 100%; border: 0; background: none; text-align: left; padding: 4px 12px 4px 30px; font-size: 14px; border-left: 3px solid transparent; }
.case { scroll-margin: 48px 0 12px; }
.case span:nth-child(2) { overflow-wrap: anywhere; min-width: 0; }
.case small { grid-column: 2; color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
.case[aria-current="true"] { background: var(--panel); border-left-color: var(--accent); }
.sign { font-weight: 700; background: none; }
.more { margin: 4px 12px 4px 54px; }
.link { border: 0; background: none; padding: 0; color: var(--accent); text-decoration: underline; font-size: 13px; }
.none { color: var(--soft); padding: 16px; }
main { overflow: auto; padding: 20px 24px 60px; min-width: 0; }
main > * + * { margin-top: 22px; }
main h2 { font-size: 19px; overflow-wrap: anywhere; }
main h3 { font-size: 14px; text-transform: none; margin-bottom: 8px; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin-top: 8px; color: var(--soft); font-size: 13.5px; }
.tag { border-radius: 99px; padding: 1px 10px; font-size: 13px; font-weight: 600; }
.request { font: 13.5px var(--mono); margin-top: 6px; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: 13px; }
.reason { padding: 10px 14px; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; padding: 4px 10px; border-bottom: 1px solid var(--line); }
td { padding: 5px 10px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
#differences td:nth-child(2) { white-space: nowrap; overflow-wrap: normal; }
td code, .path { font: 12.5px var(--mono); white-space: pre-wrap; }
.absent { color: var(--soft); font-style: italic; }
.summary td:not(:first-child), .summary th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
.summary .zero { color: var(--soft); }
.both { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; table-layout: fixed; font: 12.5px/1.55 var(--mono); }
.both th { font: 600 12.5px system-ui, sans-serif; background: var(--panel); }
.both th:first-child, .both td.gutter { width: 26px; padding: 0; text-align: center; }
.both td { border: 0; padding: 0 10px; white-space: pre-wrap; }
.both td:nth-child(3), .both th:nth-child(3) { border-left: 1px solid var(--line); }
.both td.gutter { color: var(--soft); user-select: none; font-weight: 700; }
tr.different td { background-color: var(--bad-bg); } tr.different td.gutter { color: var(--bad); }
tr.accepted td { background-color: var(--warn-bg); } tr.accepted td.gutter { color: var(--warn); }
tr.forgiven td { background-color: var(--forgiven-bg); }
td.nothing { background-image: repeating-linear-gradient(135deg, transparent 0 5px, var(--line) 5px 6px); }
tr.fold td { background: var(--panel); text-align: center; padding: 2px; }
del, ins { text-decoration: none; border-radius: 2px; box-shadow: 0 0 0 1px currentColor; }
tr.different del, tr.different ins { color: var(--bad); } tr.accepted del, tr.accepted ins { color: var(--warn); }
tr.forgiven del, tr.forgiven ins { box-shadow: none; }
pre { margin: 0; padding: 12px 14px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; font: 12.5px/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 320px; overflow: auto; }
.row { display: flex; gap: 8px; align-items: center; margin-bottom: 8px; }
.row h3 { margin: 0; }
.small { border: 1px solid var(--line); background: var(--panel); border-radius: 6px; padding: 1px 10px; font-size: 13px; }
.small[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
kbd { font: 12px var(--mono); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; background: var(--page); }
ul { margin: 0; padding-left: 20px; }
li { overflow-wrap: anywhere; }
noscript { grid-column: 1 / -1; padding: 20px; }
@media (max-width: 820px) {
  body { display: block; height: auto; }
  nav { border-right: 0; border-bottom: 1px solid var(--line); max-height: 50vh; }
  .when { margin-left: 0; text-align: left; }
}
@media print { body { display: block; height: auto; } nav { display: none; } main { overflow: visible; } }
`;
