/** Colours and sizes are those of the dashboard. Ruled, not boxed; nothing under 13 px; text 7:1 on the page, ages 4.5:1. */
export const style = `:root { color-scheme: light dark; --ground: #fbfaf6; --ink: #14181b; --ink2: #474e54; --ink3: #5f666c; --rule: #d9d5c8; --edge: #85847a; --enamel: #0f4c92; --plate: #0f4c92; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #f3f0e7; --ink2: #c3c4bf; --ink3: #9a9d9a; --rule: #31363b; --edge: #757b81; --enamel: #8fbdf6; --plate: #1c5aa6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 0 16px 32px; background: var(--ground); color: var(--ink); font: 16px/24px "Atkinson Hyperlegible Next", system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-height: 56px; padding: 10px 0; border-bottom: 1px solid var(--rule); }
.plate { margin: 0; background: var(--plate); color: #fff; font-size: 15px; line-height: 18px; padding: 6px 10px; border-radius: 3px; box-shadow: inset 0 0 0 2px var(--plate), inset 0 0 0 3px #c4d3e6; overflow-wrap: anywhere; }
.where { color: var(--ink2); font-size: 14px; }
.age { margin-left: auto; color: var(--ink2); font-size: 13px; line-height: 16px; }
.say { margin: 24px 0 8px; font-size: 28px; line-height: 33px; font-weight: 600; letter-spacing: -0.012em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { display: flex; align-items: baseline; gap: 8px; margin: 32px 0 8px; font-size: 20px; line-height: 26px; }
h2::before { content: ""; position: absolute; width: 24px; height: 3px; margin-top: -8px; background: var(--ink); }
h2 span { margin-left: auto; color: var(--ink2); font-size: 14px; font-weight: 400; }
a { color: var(--enamel); }
a:focus-visible { outline: 3px solid var(--enamel); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0 24px; margin: 0; border-top: 1px solid var(--rule); }
.facts div { padding: 9px 0; }
dt { color: var(--ink2); font-size: 14px; line-height: 20px; }
dd { margin: 0; font-size: 20px; line-height: 26px; font-weight: 600; }
.note, dd.note, small, footer { color: var(--ink3); font-size: 13px; line-height: 18px; font-weight: 400; }
.note { margin: 4px 0 0; }
small { display: block; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 9px 0 9px 12px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; font-weight: 400; }
th:first-child { padding-left: 0; text-align: left; }
thead th { color: var(--ink2); font-size: 14px; line-height: 20px; padding-top: 0; }
tbody th { font-weight: 600; }
td { white-space: nowrap; }
td small { white-space: normal; }
.id { white-space: nowrap; }
@media (max-width: 480px) { td { font-size: 14px; white-space: normal; } th, td { padding-left: 8px; } .age { margin-left: 0; } }
.name { display: flex; gap: 8px; overflow-wrap: anywhere; }
.soft th, .soft td { color: var(--ink2); font-weight: 400; }
.mark { flex: none; width: 16px; height: 16px; margin-top: 4px; fill: var(--ink); }
.mark.soft { fill: none; stroke: var(--edge); stroke-width: 1.5; }
footer { margin-top: 32px; overflow-wrap: anywhere; }
@media (min-width: 900px) { body { padding: 0 40px 48px; } .say { font-size: 34px; line-height: 40px; } }
`;
