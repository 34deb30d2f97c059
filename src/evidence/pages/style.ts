/** Colours that hold against both grounds; lines differ by dash as well, so that nothing hangs on colour alone. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --panel: #f4f5f7; --ink: #1b1f24; --soft: #57606a; --rule: #d0d7de; --link: #0b57d0; --c1: #1d4ed8; --c2: #b45309; --c3: #047857; --c4: #7c3aed; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --panel: #1e2227; --ink: #e6e8eb; --soft: #a8b0b9; --rule: #3a424b; --link: #8ab4f8; --c1: #8ab4f8; --c2: #f5b95f; --c3: #6ed3a3; --c4: #c4a7ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 0; }
p { margin: .25rem 0 .75rem; } section p, header p { color: var(--soft); } a { color: var(--link); }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 1rem 0; }
label { display: grid; gap: .2rem; font-size: .9rem; color: var(--soft); }
input, select, button { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--soft); border-radius: .3rem; padding: .35rem .6rem; min-height: 2.5rem; }
button { background: var(--link); color: var(--ground); border-color: var(--link); cursor: pointer; padding-inline: 1rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.note { border-left: 4px solid var(--c2); background: var(--panel); padding: .6rem .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem; margin: 1rem 0 2rem; }
.tiles div { background: var(--panel); border-radius: .4rem; padding: .7rem .9rem; }
.tiles dt { color: var(--soft); font-size: .9rem; } .tiles dd { margin: 0; } .tiles strong { display: block; font-size: 1.5rem; line-height: 1.3; } .tiles span { color: var(--soft); font-size: .85rem; }
section { margin: 0 0 2.25rem; } figure { margin: 0; } figure > svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke: var(--c); stroke-width: 2.25; stroke-linejoin: round; stroke-dasharray: var(--d, none); } .point { fill: var(--c); }
.s1 { --c: var(--c1); } .s2 { --c: var(--c2); --d: 8 4; } .s3 { --c: var(--c3); --d: 2 4; } .s4 { --c: var(--c4); --d: 10 3 2 3; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .25rem 0 .5rem; padding: 0; font-size: .9rem; } .legend svg { width: 2.25rem; height: .75rem; margin-right: .4rem; vertical-align: middle; }
summary { cursor: pointer; color: var(--link); padding: .35rem 0; }
.scroll { max-height: 24rem; overflow: auto; border: 1px solid var(--rule); border-radius: .3rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th, td { padding: .3rem .75rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; } th:first-child { text-align: left; font-weight: 400; } thead th { position: sticky; top: 0; background: var(--panel); font-weight: 600; }
@media (max-width: 40rem) { .tick { font-size: 21px; } .between { display: none; } }
@media print { form, summary { display: none; } body { max-width: none; } section { break-inside: avoid; } }
`;
