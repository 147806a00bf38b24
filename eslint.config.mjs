import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/** What each folder may not import; see the folder READMEs. `legacy` is the monolith as found: it knows nothing of the rest. */
const boundaries = [
  { target: './legacy', from: ['./lambda', './proxy', './shared', './test', './banyan.config.ts'] },
  { target: './proxy', from: ['./legacy', './lambda', './test'] },
  { target: './lambda', from: ['./proxy', './test'] },
  { target: ['./lambda/*.ts', './lambda/!(lifted)/**'], from: './legacy' },
  // The monolith's own routers inside a Lambda, and what they are made of.
  { target: './lambda/lifted', from: './legacy/**/!(routes|store|api-key).ts' },
  { target: './shared', from: ['./legacy', './lambda', './proxy', './test', './banyan.config.ts'] },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.serverless/**', '.esbuild/**', 'coverage/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: boundaries }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    // Configuration is read once, in each deployable's config.ts.
    files: ['legacy/**/*.ts', 'lambda/**/*.ts', 'proxy/**/*.ts', 'shared/**/*.ts'],
    ignores: ['**/config.ts', 'legacy/server.ts', 'proxy/server.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in config.ts and pass the result on.' },
      ],
    },
  },
  {
    // typescript-eslint 8.73 never comes to an end with this rule on types that contain themselves, as BSON values do.
    files: ['test/local/mongo/**/*.ts', 'test/unit/local/mongo/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  { files: ['**/*.mjs', '**/*.js'], ...tseslint.configs.disableTypeChecked },
  // The Serverless Framework loads these itself, as CommonJS.
  { files: ['lambda/deployment/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
