import type { KnipConfig } from 'knip'
import { entryPoints } from './scripts/manifest.ts'

const config: KnipConfig = {
  entry: [
    ...entryPoints.map(({ source }) => source),
    'src/cli/main.ts',
    'scripts/*.ts',
    'scripts/lint/plugin.ts',
    'examples/**/*.{ts,js,mjs}',
    'test/**/*.test-d.ts',
  ],
  project: ['src/**', 'test/**', 'scripts/**', 'examples/**'],
  // A package of its own, with its own dependencies.
  ignoreWorkspaces: ['bench'],
  // Not imported: the Node that npm's scripts run on.
  ignoreDependencies: ['node'],
}

export default config
