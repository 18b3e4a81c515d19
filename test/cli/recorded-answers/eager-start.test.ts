import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eagerStartDocument } from '../../../scripts/eager-start.ts'
import { hasWorkloads, WITHOUT_WORKLOADS } from './workloads.ts'

test.skipIf(!hasWorkloads)(
  `docs/eager-start.md has the measurements of scripts/eager-start.ts${WITHOUT_WORKLOADS}`,
  async () => {
    const written = readFileSync(new URL('../../../packages/aof-runtime/docs/eager-start.md', import.meta.url), 'utf8')
    expect(written, 'run: npx node scripts/eager-start.ts').toBe(await eagerStartDocument())
  },
)
