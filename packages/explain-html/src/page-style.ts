/** The look of the page, light and dark as the reader's system is. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2127; --paper: #fff; --soft: #667; --line: #d5d9e0; --box: #f3f5f8; --leaf: #e9edf5;
  --gone: #c62f3a; --added: #16813d; --changed: #b96a00; --found: #7d3fd0;
  --inputs: #9fb3c8; --constants: #c9b79c; --outputs: #4a90c4; --intermediates: #5cb08a; --scratch: #d98c6a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ec; --paper: #15181d; --soft: #9aa3b2; --line: #39404c; --box: #222731; --leaf: #2b3342;
  --gone: #ff6b74; --added: #4cc676; --changed: #f0a63c; --found: #b58cf2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem 1.5rem 3rem; max-width: 1500px; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
code, svg text { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 12px; }
small { display: block; color: var(--soft); font-size: .82em; }
dl { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: .6rem 0; } dt { color: var(--soft); font-size: .82em; } dd { margin: 0; }
nav { display: flex; flex-wrap: wrap; gap: .4rem; }
button { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .7rem; cursor: pointer; text-align: left; }
button[aria-pressed=true] { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
button.find { padding: 0 .3rem; }
.stage ol { margin: .4rem 0; padding-left: 1.6rem; max-height: 16rem; overflow: auto; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } figure { margin: 0; min-width: 0; } figcaption { margin-bottom: .3rem; }
.panel { border: 1px solid var(--line); border-radius: 6px; overflow: auto; height: 34rem; }
svg.graph { display: block; margin: 0 auto; } .whole svg.graph { width: 100%; height: 100%; }
.above { display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
.note { padding: 0 .8rem; color: var(--soft); }
.node rect { fill: var(--box); stroke: var(--soft); } .node.leaf rect { fill: var(--leaf); } .node.result rect { stroke-width: 2.5; stroke: var(--ink); }
svg.graph text { text-anchor: middle; fill: var(--soft); font-size: 11px; } svg.graph text.op { fill: var(--ink); font-weight: 600; }
.edge { fill: none; stroke: var(--soft); opacity: .7; } #arrow path { fill: var(--soft); }
.gone rect { stroke: var(--gone); stroke-width: 2.5; stroke-dasharray: 5 3; } .added rect { stroke: var(--added); stroke-width: 2.5; } .changed rect { stroke: var(--changed); stroke-width: 2.5; }
.gone text.op { fill: var(--gone); } .added text.op { fill: var(--added); } .changed text.op { fill: var(--changed); }
.node.found rect { stroke: var(--found); stroke-width: 4; }
.legend b { font-weight: 600; } .legend .gone { color: var(--gone); } .legend .added { color: var(--added); } .legend .changed { color: var(--changed); }
.chart { max-width: 100%; height: auto; display: block; } .chart text { fill: var(--soft); font-size: 11px; } .chart .tick, .chart .end { text-anchor: end; }
.inputs { fill: var(--inputs); } .constants { fill: var(--constants); } .outputs { fill: var(--outputs); } .intermediates, .value { fill: var(--intermediates); } .scratch { fill: var(--scratch); }
.value { stroke: var(--paper); } .row { stroke: var(--line); } .peak { stroke: var(--gone); stroke-dasharray: 4 3; } .hover { fill: transparent; } .hover:hover { fill: var(--ink); opacity: .12; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; list-style: none; } .key svg { width: 10px; height: 10px; margin-right: .4rem; }
.scroll { overflow: auto; } table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; } td small { white-space: normal; min-width: 16rem; }
td:nth-child(2) { white-space: normal; min-width: 18rem; } td:last-child { white-space: normal; min-width: 20rem; }
.bar { display: inline-block; height: .7em; background: var(--outputs); }
@media (max-width: 800px) { .pair { grid-template-columns: 1fr; } }
`;
