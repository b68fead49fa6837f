/** Everything that the page looks like. Light, dark, narrow, paper. No `<`, and nothing that is loaded. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2733; --soft: #5a6675; --line: #dfe4ea; --panel: #f5f7f9;
  --bar: #4a7fb5; --mark: #16324f; --track: #edf0f4; --warn: #8a4b00; --warnpaper: #fdf4e3;
  --heat0: #f0f2f5; --heat1: #d5e3f1; --heat2: #adc9e4; --heat3: #80abd3; --heat4: #5389be; --heat5: #2f659b; --heat6: #173f68;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12171d; --ink: #e3e8ee; --soft: #9aa7b5; --line: #2b343f; --panel: #1a2129;
    --bar: #5b93cb; --mark: #f0b35b; --track: #232c36; --warn: #f1bd6c; --warnpaper: #2a2213;
    --heat0: #1d242d; --heat1: #1f3a56; --heat2: #28507a; --heat3: #356a9f; --heat4: #4b88c4; --heat5: #7badde; --heat6: #b8d8f5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.5rem 4rem; overflow-wrap: break-word; background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
}
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; margin: 0 0 0.35rem; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; margin: 0 0 0.35rem; }
p { margin: 0 0 0.75rem; }
a { color: inherit; }
code { font: 0.875em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.lead { color: var(--soft); max-width: 46rem; }
.period { font-size: 1.05rem; color: var(--soft); }
section { margin-top: 2.75rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; margin: 1.25rem 0 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
ul.figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.75rem; list-style: none; margin: 1.75rem 0 0; padding: 0; }
ul.figures li { background: var(--panel); border-radius: 0.4rem; padding: 0.7rem 0.9rem; color: var(--soft); font-size: 0.8125rem; line-height: 1.35; }
ul.figures b { display: block; white-space: nowrap; font-size: 1.4rem; line-height: 1.25; font-weight: 600; color: var(--ink); font-variant-numeric: tabular-nums; }
ul { margin: 0 0 0.75rem; padding-left: 1.2rem; }
li { margin-bottom: 0.3rem; }
figure { margin: 1rem 0; }
svg { display: block; overflow: visible; font-size: 12px; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); gap: 2.25rem; align-items: start; }
.beside > figure { margin-top: 2.2rem; }
.bar { fill: var(--bar); } .marked { fill: var(--mark); } .track { fill: var(--track); }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { fill: var(--soft); font-size: 11px; } .label, .value { fill: var(--ink); } .value { font-variant-numeric: tabular-nums; }
.heat0 { fill: var(--heat0); } .heat1 { fill: var(--heat1); } .heat2 { fill: var(--heat2); } .heat3 { fill: var(--heat3); }
.heat4 { fill: var(--heat4); } .heat5 { fill: var(--heat5); } .heat6 { fill: var(--heat6); }
.scroll { overflow-x: auto; margin: 0.5rem 0 0.75rem; }
.scroll:focus-visible { outline: 2px solid var(--bar); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 0.8438rem; line-height: 1.45; }
caption { text-align: left; color: var(--soft); font-size: 0.8125rem; padding: 0 0 0.35rem; }
th, td { padding: 0.32rem 0.9rem 0.32rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 550; vertical-align: bottom; }
td.text, td.label { overflow-wrap: anywhere; min-width: 12.5rem; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number, td.word { white-space: nowrap; }
td.word { font-variant-numeric: tabular-nums; }
.number + .word { padding-left: 0.9rem; }
.narrow { max-width: 26rem; }
.dense table { font-size: 0.75rem; }
.dense th, .dense td { padding-right: 0.4rem; }
th:last-child, td:last-child { padding-right: 0; }
.more, .command { color: var(--soft); font-size: 0.8125rem; }
summary { cursor: pointer; color: var(--soft); font-size: 0.8125rem; }
.hash { font-size: 0.8em; }
.warning { background: var(--warnpaper); color: var(--warn); border-radius: 0.4rem; padding: 0.6rem 0.9rem; }
@media screen and (max-width: 52rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .beside { grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
  .beside > figure { margin-top: 0.75rem; }
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: 0.5rem; }
  .between { display: none; }
  ul.figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media print {
  @page { margin: 16mm 15mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  section { margin-top: 1.4rem; padding-top: 0.9rem; }
  .lead { break-inside: avoid; }
  h2, .lead, caption, summary { break-after: avoid; }
  figure, tr, ul.figures, dl.facts { break-inside: avoid; }
  table:not(:has(tbody tr:nth-child(24))) { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  .dense table { font-size: 7pt; }
  .dense th, .dense td { padding-right: 0.2rem; }
  th, td { padding-right: 0.6rem; }
  td.text, td.label { min-width: 7.8rem; }
  td.word { white-space: normal; }
  .word + .word { min-width: 4.8rem; }
  .number + .word { min-width: 5.6rem; }
  .beside { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .beside > figure { margin-top: 0.5rem; max-width: 60%; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { display: none; }
  ul.figures li { border: 1px solid var(--line); }
  svg, ul.figures li, .warning { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
