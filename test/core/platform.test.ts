import { describe, expect, test } from 'vitest'
import { platformProblem } from '../../packages/aof-runtime/src/core/host/platform.ts'

describe('the platform', () => {
  test.each(['20.20.2', '22.12.0', '18.0.0'])('Node %s is said to be too old, with what is needed', (node) => {
    expect(platformProblem({ node })).toBe(
      `aof-runtime needs Node 22.13 or newer, and this is Node ${node}. Install a newer Node (https://nodejs.org), or run this with a newer one that is installed already.`,
    )
  })

  test.each([
    { node: '22.13.0' },
    { node: '22.18.1' },
    { node: '24.21.0' },
    { node: '20.11.1', deno: '2.1.0' },
    { node: '20.3.0', bun: '1.2.0' },
    {},
    undefined,
  ])('%j is taken', (versions) => {
    expect(versions === undefined ? platformProblem() : platformProblem(versions)).toBeUndefined()
  })
})
