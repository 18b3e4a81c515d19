import { readFileSync, writeFileSync } from 'node:fs'
import { Validator } from '@cfworker/json-schema'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { SPEC } from '../../packages/aof-cli/src/agent-file/format.ts'
import { commandTool } from '../../packages/aof-cli/src/agent-file/format-command.ts'
import { agentSchema } from '../../packages/aof-cli/src/agent-file/format.ts'
import { corpus } from './corpus.ts'

const FILE = new URL('../../packages/aof-cli/schema/agent.schema.json', import.meta.url)
const validator = new Validator(agentSchema(), '7', false)

describe('the published JSON Schema', () => {
  it('is up to date (UPDATE_SCHEMA=1 writes it anew)', () => {
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(FILE, JSON.stringify(agentSchema(), undefined, 2))
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(agentSchema())
  })

  it.each(corpus('good'))('accepts $name, as the validator does', ({ text }) => {
    expect(validator.validate(parse(text)).errors).toEqual([])
  })

  it.each(corpus('bad').filter(({ schema }) => schema === 'refuses'))(
    'refuses $name, as the validator does',
    ({ text }) => {
      expect(validator.validate(parse(text, { logLevel: 'error' })).valid).toBe(false)
    },
  )

  it.each(corpus('bad').filter(({ schema }) => schema === 'accepts'))(
    'cannot see what is wrong with $name',
    ({ text }) => {
      expect(validator.validate(parse(text)).errors).toEqual([])
    },
  )
})

it('docs/agent-files.md names every field of spec and of commands', () => {
  const document = readFileSync(new URL('../../packages/aof-cli/docs/agent-files.md', import.meta.url), 'utf8')
  const named = new Set(Array.from(document.matchAll(/`(\w+)`/g), ([, name]) => name))
  const fields = [SPEC, commandTool({})].flatMap(({ properties = {} }) => Object.keys(properties))
  expect(fields.length).toBeGreaterThan(30)
  expect(fields.filter((field) => !named.has(field))).toEqual([])
})
