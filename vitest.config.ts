import { defineConfig, type UserWorkspaceConfig } from 'vitest/config'
import { entryPoints, root } from './scripts/manifest.ts'

const config: UserWorkspaceConfig = defineConfig({
  resolve: {
    // The library's name means its sources here, so that tests import the modules that users import.
    alias: entryPoints.map(({ specifier, source }) => ({
      find: new RegExp(`^${specifier}$`),
      replacement: root + source,
    })),
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
