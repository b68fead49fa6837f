import { STYLE } from './style.js';

/** What a trace adds to the look of a report. */
export const TRACE_STYLE = `${STYLE}
h1 .who { overflow-wrap: anywhere; }
:root { --bad: #b3261e; --badpaper: #fdeceb; }
@media screen and (prefers-color-scheme: dark) { :root { --bad: #ff9c94; --badpaper: #34191a; } }
ul.tree, ul.tree ul { list-style: none; margin: 0; padding: 0; }
ul.tree ul { margin-left: 0.6rem; padding-left: 1.1rem; border-left: 2px solid var(--line); }
ul.tree li { margin: 0; padding: 0.3rem 0; }
ul.tree .name { font-weight: 600; overflow-wrap: anywhere; }
ul.tree .from { color: var(--soft); font-weight: 400; }
ul.tree .about { display: flex; flex-wrap: wrap; gap: 0 1.25rem; color: var(--soft); font-size: 0.8125rem; }
.day { margin-top: 1.75rem; }
.day h3 { font-size: 1rem; margin: 0 0 0.5rem; font-weight: 650; }
.session { margin: 0.9rem 0 0; padding-left: 0.9rem; border-left: 3px solid var(--line); }
.session h4 { font-size: 0.9375rem; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.session h4 code { color: var(--soft); font-weight: 400; margin-left: 0.5rem; }
.session.unseen { border-left-color: var(--warn); }
.session .scroll { margin: 0.1rem 0 0; }
.events { table-layout: fixed; min-width: 44rem; }
.events td { padding-top: 0.22rem; padding-bottom: 0.22rem; overflow-wrap: anywhere; }
.events col.time { width: 4.6rem; } .events col.call { width: 26%; } .events col.place { width: 19.5rem; }
.events tr:last-child td { border-bottom: 0; }
ul.tree + p, .day + .command { margin-top: 1.25rem; }
.events td.time { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
.events .service { color: var(--soft); }
.events td.place, .events td.request { color: var(--soft); font-size: 0.8125rem; }
.events tr.failed td { background: var(--badpaper); }
.events tr.failed .error { color: var(--bad); font-weight: 600; }
.events tr.failed .error::before { content: "\\2717\\00a0"; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media screen and (max-width: 52rem) {
  .events, .events tbody, .events tr, .events td { display: block; }
  .events { min-width: 0; } .events colgroup, .events thead { display: none; }
  .events tr { border-bottom: 1px solid var(--line); padding: 0.3rem 0; display: grid; grid-template-columns: 4.4rem minmax(0, 1fr); }
  .events td { border: 0; padding: 0 0.4rem 0 0; }
  .events td.place, .events td.request { grid-column: 2; }
  .events td:empty { display: none; }
}
@media print {
  .session { break-inside: avoid; }
  .day h3 { font-size: 11pt; } .session h4 { font-size: 9.5pt; }
  .day h3, .session h4 { break-after: avoid; }
  .session h4 code { margin-left: 0.3rem; }
  .events { min-width: 0; }
  .events col.place { width: 26%; } .events col.call { width: 28%; } .events col.time { width: 3.4rem; }
  .events td.place, .events td.request { font-size: inherit; }
  .events tr.failed td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
