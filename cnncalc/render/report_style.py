"""How the page about a class looks: light and dark, narrow and wide, and on paper."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --card: #ffffff; --line: #dedad3; --ink: #1d1f23; --faint: #62666e; --accent: #24557a;
  --correct: #2a8f74; --partial: #e0a526; --wrong: #cc4b3f; --unreadable: #8a63b8; --missing: #b3b6bc;
  --ungradable: #5d6169; --bar: #5b8db3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16181c; --card: #1f2227; --line: #363a42; --ink: #e9e8e4; --faint: #a3a8b1; --accent: #8fc1e6;
    --correct: #45b595; --partial: #e8b84a; --wrong: #e5695c; --unreadable: #a988d3; --missing: #5a5f68;
    --ungradable: #878c95; --bar: #6fa5cd;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
main { max-width: 58rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1.25rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
a { color: var(--accent); }
ul { margin: .3rem 0 0; padding: 0; list-style: none; }
.faint { color: var(--faint); }
.small { font-size: .875rem; }
.mono, .answers li, .where a { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
.mono, .answers li, .where { font-size: .875rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin: 0; }
.facts div, .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.facts div { padding: .6rem .9rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.facts dt { color: var(--faint); font-size: .8125rem; }
.facts dd { margin: 0; font-size: 1.375rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card { padding: .9rem 1.1rem; margin: 0 0 .9rem; break-inside: avoid; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; align-items: baseline; }
.head .faint { font-variant-numeric: tabular-nums; }
.text { white-space: pre-wrap; margin: .35rem 0 .7rem; }
svg { display: block; width: 100%; overflow: visible; }
svg text { fill: var(--faint); font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg text { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
svg .count { fill: var(--ink); }
svg .axis { stroke: var(--line); }
svg .mean { stroke: var(--ink); stroke-dasharray: 4 3; }
svg .column { fill: var(--bar); }
figure { margin: 0; }
.plot { height: 222px; }
.bar { height: 14px; border-radius: 4px; overflow: hidden; background: var(--line); }
.correct { fill: var(--correct); background: var(--correct); }
.partial { fill: var(--partial); background: var(--partial); }
.wrong { fill: var(--wrong); background: var(--wrong); }
.unreadable { fill: var(--unreadable); background: var(--unreadable); }
.missing { fill: var(--missing); background: var(--missing); }
.ungradable { fill: var(--ungradable); background: var(--ungradable); }
.counts, .where, .answers { display: flex; flex-wrap: wrap; gap: .15rem .9rem; }
.counts { margin: .4rem 0 0; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.counts i {
  display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .4em; vertical-align: baseline;
}
.cell { padding-top: .7rem; break-inside: avoid; }
.cell + .cell { margin-top: .7rem; border-top: 1px solid var(--line); }
.cell .mono { margin: 0 0 .35rem; }
@media (min-width: 44rem), print {
  .cell { display: grid; grid-template-columns: 11rem 1fr; gap: 0 1rem; align-items: start; }
  .cell .mono { margin: 0; line-height: 14px; }
}
.facts small { font-size: .9375rem; color: var(--faint); }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .4rem 1.25rem; }
.mistakes li { font-size: .9375rem; line-height: 1.4; }
.mistakes .times, .answers .times { color: var(--faint); font-variant-numeric: tabular-nums; white-space: nowrap; }
.label { margin: .8rem 0 0; font-size: .8125rem; color: var(--faint); }
.answers { margin-top: .2rem; }
.files li { padding: .3rem 0; border-top: 1px solid var(--line); font-size: .9375rem; }
.files li:first-child { border-top: 0; }
@media (max-width: 30rem) {
  main { padding: 1.25rem .9rem 2rem; }
  h1 { font-size: 1.4rem; }
  .card { padding: .75rem .85rem; }
  .facts { grid-template-columns: repeat(2, 1fr); }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --card: #fff; --line: #ccc; --ink: #000; --faint: #444; --accent: #000;
    --correct: #2a8f74; --partial: #e0a526; --wrong: #cc4b3f; --unreadable: #8a63b8; --missing: #b3b6bc;
    --ungradable: #5d6169; --bar: #5b8db3;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  a { text-decoration: none; }
  h2 { break-after: avoid; }
}
"""
