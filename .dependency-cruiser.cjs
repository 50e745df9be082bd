/** Who may know whom: docs/ARCHITECTURE.md. */
const areas = ['identity', 'mesh', 'relay', 'metrics', 'store', 'api', 'health', 'radio'];
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'protocol-is-pure',
      comment: 'The mesh core has no I/O: nothing outside its own folder, in tests only the test tools.',
      severity: 'error',
      from: { path: '^packages/protocol/src', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/protocol/src' },
    },
    { name: 'simulator-knows-protocol', severity: 'error', from: { path: '^packages/simulator' }, to: { path: '^(apps|e2e|packages/identity)' } },
    { name: 'packages-know-no-app', severity: 'error', from: { path: '^packages' }, to: { path: '^(apps|e2e)' } },
    {
      name: 'network-is-pure',
      comment: 'Desired states, files as text, outputs as text: what reads and writes them is elsewhere. In tests files and programs as well.',
      severity: 'error',
      from: { path: '^packages/network/src', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/network/src|node_modules/zod/' },
    },
    {
      name: 'netd-knows-network-only',
      comment: 'What runs as root stays small: nothing of the agent, nothing from npm but the checks of states.',
      severity: 'error',
      from: { path: '^apps/netd/src', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { pathNot: '^apps/netd/src|^packages/network/src/index\\.ts$|^(fs|path|crypto|child_process)$|node_modules/zod/' },
    },
    { name: 'nobody-knows-netd', severity: 'error', from: { pathNot: '^apps/netd' }, to: { path: '^apps/netd' } },
    { name: 'identity-knows-no-protocol', severity: 'error', from: { path: '^packages/identity' }, to: { path: '^packages/(protocol|simulator)' } },
    {
      name: 'pwa-knows-types-only',
      comment: 'Of the agent the page takes types, and the pure session-mac.',
      severity: 'error',
      from: { path: '^apps/pwa/src' },
      to: { path: '^(apps/(agent|hub)|packages)', pathNot: '^apps/agent/src/api/session-mac\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-knows-bench',
      comment: 'What measures is outside of what is measured.',
      severity: 'error',
      from: { pathNot: '^bench' },
      to: { path: '^bench' },
    },
    { name: 'hub-knows-no-agent', severity: 'error', from: { path: '^apps/hub' }, to: { path: '^apps/(agent|pwa)|^e2e' } },
    { name: 'agent-knows-no-hub', severity: 'error', from: { path: '^apps/agent' }, to: { path: '^apps/(hub|pwa)|^e2e' } },
    {
      name: 'localnet-is-for-development',
      comment: 'A network for tests and the community launcher: the product speaks to whatever network it is told of.',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '^packages/localnet/|\\.(test|fixture)\\.ts$' },
      to: { path: '^packages/localnet/' },
    },
    { name: 'localnet-knows-nobody', severity: 'error', from: { path: '^packages/localnet' }, to: { path: '^packages/(?!localnet/)' } },
    ...areas.map((area) => ({
      name: `agent-area-${area}`,
      comment: 'Areas of the agent do not import each other; agent.ts introduces them.',
      severity: 'error',
      from: { path: `^apps/agent/src/${area}/` },
      to: { path: `^apps/agent/src/(${areas.filter((a) => a !== area).join('|')})/` },
    })),
    {
      name: 'only-store-has-sql',
      severity: 'error',
      from: { path: '^apps/agent/src', pathNot: '^apps/agent/src/(store|relay)/' },
      to: { path: 'better-sqlite3|drizzle-orm' },
    },
    {
      name: 'only-mesh-drives-the-protocol',
      severity: 'error',
      from: { path: '^apps/agent/src/(relay|metrics|store|api|identity)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/protocol/src/node\\.ts$' },
    },
    {
      name: 'not-into-another-packages-src',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/|^(bench)/' },
      to: { path: '^packages/([^/]+)/src/(?!index\\.ts)', pathNot: '^packages/$2/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Packages are not read (doNotFollow), but that somebody imports them is: the rules above are about that too.
    exclude: { path: '^(apps|packages|provisioning)/[^/]+/(dist|out|\\.next|dev)/|next-env\\.d\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
