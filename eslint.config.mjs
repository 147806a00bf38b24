import { existsSync } from 'node:fs';
import path from 'node:path';
import { roomZones } from './.ci/rooms.mjs';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/**
 * What each folder may not import. The kit (shared, proxy, lambda without eventsapp) never imports the example (legacy, lambda/eventsapp,
 * test/eventsapp, banyan.config.ts); `legacy` is the monolith as found and knows nothing of the rest.
 */
const EXAMPLE = ['./legacy', './lambda/eventsapp', './test/eventsapp', './banyan.config.ts'];
const boundaries = [
  { target: './legacy', from: ['./lambda', './proxy', './shared', './test', './banyan.config.ts'] },
  { target: './shared', from: ['./lambda', './proxy', './test', ...EXAMPLE] },
  { target: './proxy', from: ['./lambda', './test', ...EXAMPLE] },
  { target: ['./lambda/*.ts', './lambda/!(eventsapp)/**'], from: ['./proxy', './test', ...EXAMPLE] },
  { target: './lambda/eventsapp', from: ['./proxy', './test'] },
  // A lifted function runs the monolith, and imports nothing of it.
  { target: './lambda/eventsapp', from: './legacy' },
  { target: './test/!(eventsapp)/**', from: EXAMPLE },
];

/** The example imports the kit as every team does: by its public names. */
const publicNamesOnly = (files, kit) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: kit, message: 'Import the kit by a public name, such as banyan-strangler/lambda.' }] },
    ],
  },
});

/** What clients have named the members of, looked up by a name that is no literal and has not been asked of Object.hasOwn. */
const CLIENT_DATA =
  '/^(headers|multiValueHeaders|query|cookies|params|pathParameters|queryStringParameters|fields|claims)$/';
const BY_NAME =
  ":not(ConditionalExpression[test.callee.property.name='hasOwn'] > MemberExpression):not(AssignmentExpression > MemberExpression.left)" +
  ":matches([property.type='CallExpression'], [property.name=/^(name|key|field|header|lower|[a-zA-Z]+Name)$/])";

/** A boolean next to other parameters; the only parameter of a function may be one. */
const SEVERAL =
  ':matches(:function, TSMethodSignature, TSFunctionType, TSEmptyBodyFunctionExpression, TSDeclareFunction)[params.length>1]';
const POSITIONAL_BOOLEANS = [
  `${SEVERAL} > Identifier.params > TSTypeAnnotation > TSBooleanKeyword`,
  `${SEVERAL} > AssignmentPattern.params > Identifier.left > TSTypeAnnotation > TSBooleanKeyword`,
  `${SEVERAL} > AssignmentPattern.params > Literal.right[raw=/^(true|false)$/]`,
  `${SEVERAL} > TSParameterProperty.params TSTypeAnnotation > TSBooleanKeyword`,
];

export default tseslint.config(
  {
    ignores: [
      ...[
        '**/dist/**',
        '**/node_modules/**',
        '.serverless/**',
        '.esbuild/**',
        '.rehearsal/**',
        'coverage/**',
        'test/foreign/*/**',
      ],
      // Linted with its own packages, which .ci/infrastructure installs: their types are what the rules judge by.
      ...(existsSync(path.join(import.meta.dirname, 'lambda/infrastructure/node_modules'))
        ? ['lambda/infrastructure/cdk.out/**']
        : ['lambda/infrastructure/**']),
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...boundaries, ...roomZones(import.meta.dirname)] },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  publicNamesOnly(['banyan.config.ts'], '^\\./(?:proxy|shared|lambda/(?!eventsapp/))'),
  publicNamesOnly(['lambda/eventsapp/*.ts'], '^\\.\\./(?!\\.\\./(?:legacy/|banyan\\.config$))'),
  publicNamesOnly(['lambda/eventsapp/*/*.ts'], '^\\.\\./\\.\\./(?!\\.\\./(?:legacy/|banyan\\.config$))'),
  publicNamesOnly(['test/eventsapp/*.ts'], '^\\.\\./\\.\\./(?!legacy/|lambda/eventsapp/|banyan\\.config$)'),
  publicNamesOnly(
    ['test/eventsapp/cases/*.ts'],
    '^\\.\\./\\.\\./\\.\\./(?!legacy/|lambda/eventsapp/|banyan\\.config$)',
  ),
  {
    // Configuration is read once, in each deployable's config.ts.
    files: ['legacy/**/*.ts', 'lambda/**/*.ts', 'proxy/**/*.ts', 'shared/**/*.ts'],
    ignores: [
      '**/config.ts',
      'legacy/server.ts',
      'proxy/server.ts',
      // Functions that run in this process read their variables there; and an examined app's reading is watched there.
      'shared/local/gateway/process-environment.ts',
      'proxy/inventory/app-process/watch-variables.ts',
      // Starts in front of a command that is traced.
      'proxy/inventory/trace/preload.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in config.ts and pass the result on.' },
      ],
    },
  },
  {
    // Names that clients choose (`__proto__`, `constructor`) find what every object inherits. Lists are read by a number.
    files: ['lambda/**/*.ts', 'proxy/**/*.ts', 'shared/**/*.ts', 'shared/local/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...POSITIONAL_BOOLEANS.map((selector) => ({
          selector,
          message: 'A boolean in a place says nothing where it is called: use an options object, or a word.',
        })),
        ...['object.name', 'object.property.name'].map((object) => ({
          selector: `MemberExpression[computed=true][${object}=${CLIENT_DATA}]${BY_NAME}`,
          message:
            'Look names up in a Map, or only after Object.hasOwn: `Object.hasOwn(x, name) ? x[name] : undefined`.',
        })),
      ],
    },
  },
  {
    // typescript-eslint 8.73 never comes to an end with this rule on types that contain themselves, as BSON values do.
    files: ['shared/local/mongo/**/*.ts', 'test/unit/shared/local/mongo/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  // The dashboard's scripts are typed by comments, and checked as everything else.
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    ignores: ['proxy/admin/page/*'],
    ...tseslint.configs.disableTypeChecked,
  },
  // The Serverless Framework and jest load these themselves, as CommonJS; others are apps that are lifted in tests.
  {
    files: ['lambda/deployment/*.js', '**/jest.config.js', '**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
