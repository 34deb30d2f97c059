// The map of docs/explanation/architecture.md as rules: what may import what.

/** From the lowest to the highest: a module may import those before it, never one after it. */
const MODULES = [
  'audit',
  'subjects',
  'people',
  'access-control',
  'notifications',
  'inventory',
  'use-cases',
  'ownership',
  'activity',
  'connectors',
  'sync',
  'checks',
  'findings',
  'catalogue',
  'remediation',
  'certification',
  'lifecycle',
  'evidence',
];
const TESTS = '\\.spec\\.ts$|/testing/';
const SDKS = '^src/(connectors|checks)/sdk/';

const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});

module.exports = {
  MODULES,
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('platform-knows-no-domain', 'platform is below everything', '^src/platform/', []),
    {
      name: 'platform-folders-meet-at-their-front-doors',
      severity: 'error',
      from: { path: '^src/platform/([^/]+)/', pathNot: TESTS },
      to: { path: '^src/platform/', pathNot: ['^src/platform/$1/', '^src/platform/[^/]+/index\\.ts$'] },
    },
    only('connector-sdk-stands-alone', 'usable without our database', '^src/connectors/sdk/', []),
    only('check-sdk-stands-alone', 'pure, usable anywhere', '^src/checks/sdk/', []),
    {
      name: 'sdks-know-no-framework',
      severity: 'error',
      from: { path: SDKS, pathNot: TESTS },
      to: { path: 'node_modules/(typeorm|@nestjs|pg|pino)/' },
    },
    {
      name: 'connector-talks-only-to-its-sdk',
      severity: 'error',
      from: { path: '^src/connectors/(?!(?:sdk|registry)/)([^/]+)/', pathNot: TESTS },
      to: {
        path: '^src/|node_modules/(typeorm|@nestjs|pg)/',
        pathNot: ['^src/connectors/$1/', '^src/connectors/sdk/index\\.ts$'],
      },
    },
    {
      name: 'check-is-pure',
      severity: 'error',
      from: { path: '^src/checks/(?!(?:sdk|engine|operations|queries)/)([^/]+)/', pathNot: TESTS },
      to: { pathNot: ['^src/checks/$1/', '^src/checks/sdk/', 'node_modules/zod/'] },
    },
    ...MODULES.map((module, at) => ({
      name: `${module}-knows-nothing-above-it`,
      severity: 'error',
      from: { path: `^src/${module}/`, pathNot: TESTS },
      to: { path: `^src/(${[...MODULES.slice(at + 1), 'cli', 'demo'].join('|')})/|^src/[^/]+\\.ts$`, pathNot: SDKS },
    })),
    {
      name: 'modules-meet-at-the-front-door',
      severity: 'error',
      from: { path: `^src/(${MODULES.join('|')}|cli|demo)/`, pathNot: TESTS },
      to: {
        path: `^src/(${MODULES.join('|')})/`,
        pathNot: [
          '^src/$1/',
          '^src/[^/]+/index\\.ts$',
          '^src/(connectors|checks)/sdk/',
          '^src/connectors/registry/index\\.ts$',
          '^src/audit/verifier/index\\.ts$',
        ],
      },
    },
    {
      name: 'platform-is-entered-by-its-front-doors',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/', TESTS] },
      to: { path: '^src/platform/', pathNot: '^src/platform/[^/]+/index\\.ts$' },
    },
    {
      name: 'registry-is-for-sync-and-remediation',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(connectors|sync|remediation)/', '^src/(app\\.module|application)\\.ts$', TESTS],
      },
      to: { path: '^src/connectors/registry/' },
    },
    {
      name: 'orm-stays-in-repositories',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['\\.(entity|entities|repository)\\.ts$', '/queries/', '^src/platform/database/'],
      },
      to: { path: 'node_modules/typeorm/' },
    },
    {
      name: 'nobody-imports-what-stands-above',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|demo)/', '^src/[^/]+\\.ts$', TESTS] },
      to: { path: '^src/(cli|demo)/|^src/[^/]+\\.ts$' },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: TESTS },
      to: { path: '^test/|/testing/|\\.spec\\.ts$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
