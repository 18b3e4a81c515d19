import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs } from '../../packages/aof-cli/src/agent-file/duration.ts'
import { isInside } from '../../packages/aof-cli/src/agent-file/inside.ts'
import { resolveVariables } from '../../packages/aof-cli/src/agent-file/variables.ts'
import { agentOf, HEAD } from './helpers.ts'

describe('a duration', () => {
  it.each([
    ['10s', 10_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1h2m3s4ms', 3_723_004],
    ['0.5s', 500],
    [2, 2000],
    [0.25, 250],
  ])('%s is %i ms', (written, ms) => expect(durationMs(written)).toBe(ms))

  it.each(['', 's', '10', '10 s', '-1s', '1s1m', '1.5m', '1e3s', '10S', 'ten seconds', '1ms1s'])(
    '%j is not a duration',
    (written) => expect(durationMs(written)).toBeUndefined(),
  )
})

describe('a path inside (I42)', () => {
  it.each(['a.ts', './a.ts', 'a/b.ts', 'a/../b.ts', './a/./b', '..a/b', 'a..b', '%2e%2e/x'])('%s stays', (path) =>
    expect(isInside(path)).toBe(true),
  )

  it.each(['', '..', '../a', 'a/../../b', '/a', '//a', '\\\\?\\C:', 'C:', 'c:/x', '..\\a', 'a\0b', 'file:a', 'a:b'])(
    '%j does not',
    (path) => expect(isInside(path)).toBe(false),
  )

  it('never leads up from where it starts', () => {
    const segment = fc.constantFrom('..', '.', 'a', '', 'b')
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = segments.join('/')
        const url = new URL(`file:///one/two/three/${path}`)
        if (isInside(path)) expect(`${url.pathname}/`).toMatch(/^\/one\/two\/three\//)
      }),
    )
  })
})

describe('the variables of an agent file', () => {
  const agent = agentOf(`${HEAD}  model: a:b
  environment:
    PLAIN: 1.10
    TOKEN: Bearer \${SECRET}
    URL: \${URL:-http://localhost}/\${PATH_PART:-}
    DOLLARS: $$\{SECRET} costs $5
`)

  it('take values from the environment, and defaults', () => {
    const resolved = resolveVariables(agent, { SECRET: 's3', URL: '' })
    expect(resolved.ok && Object.fromEntries(resolved.values)).toEqual({
      PLAIN: '1.10',
      TOKEN: 'Bearer s3',
      URL: 'http://localhost/',
      DOLLARS: '${SECRET} costs $5',
    })
  })

  it('are reported with place and remedy if they have neither a value nor a default', () => {
    const resolved = resolveVariables(agent, {})
    expect(resolved.ok ? [] : resolved.problems).toMatchObject([
      { line: 9, column: 12, path: 'spec.environment.TOKEN', fix: expect.stringContaining('export SECRET=') as string },
    ])
  })

  it('do not come from a prototype (I38)', () => {
    const tricky = agentOf(`${HEAD}  model: a:b\n  env: { A: "\${constructor}", B: "\${toString:-safe}" }\n`)
    expect(resolveVariables(tricky, {}).ok).toBe(false)
  })
})
