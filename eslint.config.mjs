import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.{ts,tsx}', '**/testing/**/*.{ts,tsx}', 'e2e/**/*.ts'];
/** Folders whose code belongs to the product, not to its tests or tools. */
const product = [
  'main/**/*.ts',
  'preload/**/*.ts',
  'shared/**/*.ts',
  'gateway/**/*.ts',
  'renderer/**/*.{ts,tsx}',
];

/** Time and randomness come from main/runtime, so that every test is deterministic. */
const injectedOnly = [
  [
    'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    'Take the time from the injected Clock.',
  ],
  ['NewExpression[callee.name="Date"][arguments.length=0]', 'Take the time from the injected Clock.'],
  [
    'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
    'Take randomness from the injected Random.',
  ],
  [
    'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]',
    'Take timers from the injected Scheduler.',
  ],
].map(([selector, message]) => ({ selector, message }));

/** What the oldest runtime we run on (Node 18.15, Chromium 114) does not know yet. */
const tooNew = [
  ['URL', 'canParse'],
  ['URL', 'parse'],
  ['AbortSignal', 'any'],
  ['Promise', 'withResolvers'],
  ['Promise', 'try'],
  ['Array', 'fromAsync'],
  ['Object', 'groupBy'],
  ['Map', 'groupBy'],
  ['ReadableStream', 'from'],
  ['globalThis', 'crypto'],
].map(([object, property]) => ({
  object,
  property,
  message: 'The oldest Electron we run on does not have this.',
}));

const switchedOffTests = {
  selector:
    'CallExpression[callee.property.name=/^(only|skip|todo|fixme|skipIf|runIf)$/][callee.object.name=/^(it|test|describe|suite)$/]',
  message: 'A test is neither switched off nor focused.',
};

export default defineConfig(
  { ignores: ['dist/', 'out/', 'release/', 'node_modules/', 'e2e/vectors/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-globals': ['error', 'event', 'name', 'status'],
      'no-restricted-syntax': ['error', switchedOffTests],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers and booleans read well in messages; objects and undefined do not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Handing a call's nothing on is clear enough, and shorter.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Code points are what we mean when we spread a text.
      '@typescript-eslint/no-misused-spread': [
        'error',
        { allow: [{ from: 'lib', name: 'string' }, 'string'] },
      ],
      // The one way to see that an input method is composing in every engine.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            { from: 'package', name: 'keyCode', package: '@types/react' },
            { from: 'lib', name: 'keyCode' },
          ],
        },
      ],
      // Interfaces with async methods have implementations that need not wait.
      '@typescript-eslint/require-await': 'off',
      // Dots and brackets are a matter of the index signature, which the compiler checks.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // A row type that a caller names once is the point of a reading helper.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Key usages and the like are bits that are meant to be combined.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // A type that refers to itself (JSON) needs the interface form.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true, boolean: true } },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: product,
    ignores: tests,
    rules: { 'no-console': 'error', 'no-restricted-properties': ['error', ...tooNew] },
  },
  {
    files: ['main/**/*.ts'],
    ignores: [...tests, 'main/runtime/**', 'main/index.ts', 'main/engine.ts'],
    rules: { 'no-restricted-syntax': ['error', switchedOffTests, ...injectedOnly] },
  },
  {
    // The workers' own logger and the programs that print a protocol on stdout write through process.stdout.
    files: ['main/runtime/logger.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // Store actions are plain functions; they know no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // A view that renders HTML text would trust whoever wrote it.
      'no-restricted-syntax': [
        'error',
        switchedOffTests,
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Text is rendered as text, never as HTML.',
        },
        {
          selector: 'AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]',
          message: 'Text is rendered as text, never as HTML.',
        },
      ],
    },
  },
  {
    files: tests,
    rules: {
      // A test may reach for what it has just put there, and fakes have empty bodies.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // The second client copies the other side's habits, its careless string conversions included.
    files: ['e2e/harness/**/*.ts'],
    rules: {
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-require-imports': 'off', eqeqeq: ['error', 'always'] },
  },
);
