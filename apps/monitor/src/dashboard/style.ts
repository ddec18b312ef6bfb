/** Colours by the system's scheme; all of them pass WCAG AA on their ground. */
export const STYLE = `
:root { --ground: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --link: #0550ae; --warn: #953800; --warn-ground: #fff1e5; --good: #116329; --bar: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d; --link: #79c0ff; --warn: #ffb077; --warn-ground: #2d1a08; --good: #56d364; --bar: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 2rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; padding: .75rem 0; border-bottom: 1px solid var(--line); }
header nav { display: flex; gap: 1rem; }
.brand { font-weight: 700; text-decoration: none; color: var(--ink); }
.simulated { color: var(--warn); font-weight: 600; }
h1 { font-size: 1.3rem; margin: 1rem 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem; margin: 0; padding: 0; }
.tiles div { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
.tiles small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); }
.needs, .stale, .paused { border: 1px solid var(--warn); background: var(--warn-ground); border-radius: 6px; padding: .5rem .75rem; margin: .75rem 0; }
.needs h2 { margin: 0 0 .25rem; color: var(--warn); font-size: 1rem; }
.needs ul { margin: 0; padding-left: 1.2rem; }
.calm { color: var(--good); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; }
td { overflow-wrap: break-word; }
td:last-child { min-width: 12rem; }
td.number, th.number { text-align: right; white-space: nowrap; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.empty { color: var(--soft); }
ol.timeline { list-style: none; margin: 0; padding: 0; }
ol.timeline li { display: grid; grid-template-columns: 5.5rem 8rem 1fr; gap: 0 .75rem; padding: .2rem 0; border-bottom: 1px solid var(--line); }
ol.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; }
ol.timeline span:last-child { overflow-wrap: anywhere; }
.stages { display: flex; width: 100%; height: 1.6rem; border-radius: 4px; overflow: hidden; border: 1px solid var(--line); margin: .5rem 0 .25rem; }
.stages span { background: var(--bar); border-right: 2px solid var(--ground); min-width: 2px; }
.stages span:nth-child(even) { opacity: .6; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 480px) { ol.timeline li { grid-template-columns: 5rem 1fr; } ol.timeline span:last-child { grid-column: 1 / -1; } dl.facts { grid-template-columns: 1fr; } dl.facts dd { margin-bottom: .3rem; } }
`;
