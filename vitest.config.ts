import { fileURLToPath } from 'node:url'
import { defineConfig, type UserWorkspaceConfig } from 'vitest/config'

const source = fileURLToPath(new URL('src', import.meta.url))

const config: UserWorkspaceConfig = defineConfig({
  resolve: {
    // The package's own name means the source here, so that tests import what users import.
    alias: [
      { find: /^aof-runtime$/, replacement: `${source}/index.ts` },
      { find: /^aof-runtime\/(.+)$/, replacement: `${source}/$1/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Otherwise one processor is left idle.
    maxWorkers: '100%',
    // Many tests start processes. A loaded machine fails none of them, and a real hang still shows.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], ignoreSourceErrors: true },
  },
})

export default config
