import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'test/**/*.test-d.ts',
        'test/house/use-source.ts',
        // Passed to vitest by scripts/check.ts.
        'scripts/progress-reporter.ts',
        // Run by scripts/nightly.ts and by one another.
        'scripts/planted-bugs.ts',
        'scripts/planted-bugs/catch.ts',
        'scripts/nightly/play-scenarios.ts',
        'test/isolation/tools/*',
      ],
      project: ['test/**', 'scripts/**'],
    },
    'packages/aof-runtime': {
      // Threads and processes are started by the URLs of their programs.
      entry: ['src/isolation/*-main.ts', 'examples/**/*.{ts,js,mjs}'],
      project: ['src/**', 'examples/**'],
    },
    'packages/aof-cli': {
      entry: ['src/main.ts', 'examples/**/*.{ts,js,mjs}'],
      project: ['src/**', 'examples/**'],
    },
  },
  ignoreDependencies: [
    // Optional peers of the command, loaded where they are installed.
    '@ai-sdk/amazon-bedrock',
    '@ai-sdk/cohere',
    'ollama-ai-provider-v2',
    // Started by examples, by name.
    '@modelcontextprotocol/server-filesystem',
    '@modelcontextprotocol/server-memory',
    // The declarations of @ai-sdk/provider import it without bringing it.
    '@types/json-schema',
    // Run by scripts/package.ts.
    '@arethetypeswrong/cli',
    'publint',
  ],
  // A type that only its own file names is part of what that file exports.
  ignoreExportsUsedInFile: { interface: true, type: true },
}

export default config
