import type { KnipConfig } from 'knip'
import { entryPoints } from './scripts/manifest.ts'

const config: KnipConfig = {
  entry: [
    ...entryPoints.map(({ source }) => source),
    'packages/aof-cli/src/main.ts',
    // Started as threads and processes, by their URL.
    'packages/aof-runtime/src/isolation/*-main.ts',
    'packages/*/examples/**/*.{ts,js,mjs}',
    'test/**/*.test-d.ts',
    'test/house/use-source.ts',
    // Given to vitest by scripts/check.ts.
    'scripts/progress-reporter.ts',
    // Run by scripts/nightly.ts and by one another.
    'scripts/planted-bugs.ts',
    'scripts/planted-bugs/catch.ts',
    'scripts/nightly/play-scenarios.ts',
    'test/isolation/tools/*',
  ],
  project: ['packages/**', 'test/**', 'scripts/**'],
  ignoreDependencies: [
    // Started by examples, by name.
    '@modelcontextprotocol/server-filesystem',
    '@modelcontextprotocol/server-memory',
    // What the declarations of @ai-sdk/provider import without bringing it.
    '@types/json-schema',
    // Run by scripts/package.ts.
    '@arethetypeswrong/cli',
    'publint',
  ],
  // A type that only its own file names is part of what that file exports.
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
