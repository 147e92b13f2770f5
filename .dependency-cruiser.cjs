/** The house: each folder imports only from those left of it, left to right within a rank too (docs/ARCHITECTURE.md). */
const ORDER = [
  'model', 'config',
  'storage', 'indicators', 'consensus',
  'rooms', 'journal', 'knowledge',
  'market', 'analysts', 'signals', 'trading', 'groups',
  'gateway', 'backtest', 'ops', 'client', 'cli',
];
const PURE = '^src/(model|indicators|consensus|analysts/rules|trading/risk)/';

const leftOnly = ORDER.slice(0, -1).map((folder, at) => ({
  name: `${folder}-imports-only-from-its-left`,
  severity: 'error',
  comment: `${folder}/ may import only: ${ORDER.slice(0, at).join(', ') || 'nothing'}. What it needs from above is a port that it declares and app.module binds.`,
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(${ORDER.slice(at + 1).join('|')})/|^src/(main|app|app[.]module|banner)[.]ts` },
}));

module.exports = {
  forbidden: [
    ...leftOnly,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'client-imports-model-only',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/', pathNot: '^src/(client|model)/' },
    },
    {
      name: 'pure-folders-know-no-frame-and-no-io',
      severity: 'error',
      comment: 'Clock, randomness, environment and I/O come in as arguments.',
      from: { path: PURE, pathNot: '[.]spec[.]ts$' },
      to: { path: '^(node:|fs|net|http|crypto|os|path|process)|node_modules/(@nestjs|rxjs|ws|socket[.]io|kysely|pg|libsql|pino)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nest-at-the-edge-only',
      severity: 'error',
      comment: 'Classes inside a folder take their needs by constructor, so that the backtest and tests build them without Nest.',
      from: {
        path: '^src/',
        pathNot: '[.](module|controller|gateway|guard|filter|interceptor|pipe|adapter|dto)[.]ts$|[.]spec[.]ts$|^src/(main|app|app[.]module)[.]ts$|^src/gateway/http/',
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'the-runner-is-a-client-of-the-wire',
      severity: 'error',
      comment: 'It is another process: of the server it has the socket and REST alone.',
      from: { path: '^src/groups/runner/', pathNot: '[.]spec[.]ts$' },
      to: { path: '^src/', pathNot: '^src/(groups/runner|model|indicators)/|^src/analysts/rules/(news-lexicon|stance|words)[.]ts$|^src/analysts/llm/(bounded-fetch|model-endpoint|model-endpoint[.]openai|quoted-data|reply-form|reply-text)[.]ts$' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]spec[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
