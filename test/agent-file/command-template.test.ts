import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CommandTemplate,
  fillCommand,
  type FilledCommand,
} from '../../packages/aof-cli/src/agent-file/command-template.ts'
import type { JsonObject } from '../../packages/aof-runtime/src/core/contract/json.ts'
import { agentOf, HEAD, linesOf } from './helpers.ts'

/** The command of a tool whose YAML fields after `description` are given. */
function template(fields: string): CommandTemplate {
  const agent = agentOf(`${HEAD}  model: a:b\n  tools:\n    - { name: x, description: x, ${fields} }\n`)
  const [tool] = agent.tools
  if (tool?.kind !== 'command') throw new Error('expected a command')
  return tool.command
}

function fill(fields: string, input: JsonObject): FilledCommand {
  return fillCommand(template(fields), input)
}

const LOG = `command: [git, log, [-n, "{count}"], "--format={format}", [--, "{paths}"]], input_schema: { type: object, properties: { count: { type: integer }, format: { type: string, default: "%h" }, paths: { type: array, items: { type: string } } } }`

describe('a command', () => {
  it('is filled with the given arguments, and optional groups are left out whole', () => {
    expect(fill(LOG, {})).toEqual({ ok: true, argv: ['git', 'log', '--format=%h'] })
    expect(fill(LOG, { count: 5, paths: ['a b', 'c'] })).toEqual({
      ok: true,
      argv: ['git', 'log', '-n', '5', '--format=%h', '--', 'a b', 'c'],
    })
    expect(fill(LOG, { paths: [], count: null })).toEqual({ ok: true, argv: ['git', 'log', '--format=%h'] })
  })

  it('keeps braces that are not placeholders', () => {
    const fields = String.raw`command: [docker, ps, --format, "{{.Names}} {{json .}}", '@\{upstream}', '{ a }', "x{a}y{a}"]`
    expect(fill(fields, { a: '1' })).toEqual({
      ok: true,
      argv: ['docker', 'ps', '--format', '{{.Names}} {{json .}}', '@{upstream}', '{ a }', 'x1y1'],
    })
  })

  it.each([
    ['104', 'ok\nid'],
    ['105', '$(id)'],
    ['106', '`id`'],
    ['107', 'a;id'],
    ['107', 'a&&id'],
    ['107', 'a|sh'],
    ['108', '${IFS}'],
    ['109', '<(id)'],
    ['', `'"\\ *?~#{a}{b}`],
  ])('%s: %j fills one argument, whatever its characters (I41)', (_number, value) => {
    expect(fill('command: [echo, "{text}", "--x={text}"]', { text: value })).toEqual({
      ok: true,
      argv: ['echo', value, `--x=${value}`],
    })
  })

  it.each([
    ['110', '-c'],
    ['111', '--upload-pack=id'],
    ['112', '-oProxyCommand=id'],
    ['113', '-exec'],
    ['114', '--checkpoint-action=exec=id'],
    ['', '-'],
    ['', '--'],
  ])('%s: %j in the place of a value is refused, since it would be an option', (_number, value) => {
    const refused = { ok: false, argument: 'text', reason: expect.stringContaining('"-"') as string }
    expect(fill('command: [git, clone, "{text}"]', { text: value })).toEqual(refused)
    expect(fill('command: [git, log, --, "{text}"]', { text: value })).toEqual(refused)
    const list = 'input_schema: { type: object, properties: { text: { type: array, items: { type: string } } } }'
    expect(fill(`command: [git, log, [--, "{text}"]], ${list}`, { text: ['a', value] })).toEqual(refused)
  })

  it('refuses a leading dash even after an empty value', () => {
    expect(fill('command: [x, "{a}{b}"]', { a: '', b: '-c' })).toMatchObject({ ok: false, argument: 'b' })
    expect(fill('command: [x, "{a}{b}"]', { a: 'y', b: '-c' })).toEqual({ ok: true, argv: ['x', 'y-c'] })
  })

  it('lets a value begin with a dash if the file allows it, or lists the values', () => {
    expect(fill('command: [head, -n, "{n}"], allow_dash: [n]', { n: '-5' })).toEqual({
      ok: true,
      argv: ['head', '-n', '-5'],
    })
    const listed = 'input_schema: { type: object, properties: { how: { enum: [-l, -a] } }, required: [how] }'
    expect(fill(`command: [ls, "{how}"], ${listed}`, { how: '-l' })).toEqual({ ok: true, argv: ['ls', '-l'] })
  })

  it('120: refuses NUL, half characters, and more than the system takes', () => {
    const fields = 'command: [echo, "{text}"]'
    expect(fill(fields, { text: 'a\0b' })).toMatchObject({ ok: false, argument: 'text' })
    expect(fill(fields, { text: '\ud800' })).toMatchObject({ ok: false, argument: 'text' })
    expect(fill(fields, { text: 'é'.repeat(60_000) })).toMatchObject({ ok: false, argument: 'text' })
    expect(fill(fields, { text: 'x'.repeat(100_000) })).toMatchObject({ ok: true })
  })

  it.each(['type: [string, "null"]', 'type: string, nullable: true'])(
    'needs an optional group for a required argument that may be null: %s',
    (schema) => {
      const withSchema = `input_schema: { type: object, properties: { a: { ${schema} } }, required: [a] }`
      const file = (command: string): string =>
        `${HEAD}  model: a:b\n  tools:\n    - { name: x, description: x, command: ${command}, ${withSchema} }\n`
      expect(linesOf(file('[echo, "{a}"]'))).toHaveLength(1)
      expect(linesOf(file('[echo, ["{a}"]]'))).toEqual([])
    },
  )

  it('refuses values without a text form, and lists in place of one value', () => {
    expect(fill('command: [echo, "{a}"]', { a: {} })).toMatchObject({ ok: false })
    expect(fill('command: [echo, "{a}"]', { a: ['x', 'y'] })).toMatchObject({ ok: false })
  })

  it('takes no argument from a prototype (I38)', () => {
    const fields =
      'command: [echo, ["{constructor}"], ["{toString}"]], input_schema: { type: object, properties: { constructor: { type: string }, toString: { type: string } } }'
    expect(fill(fields, {})).toEqual({ ok: true, argv: ['echo'] })
  })

  it('never makes more or other elements than its template has, for any text (I41)', () => {
    const command = template('command: [prog, "{a}", "--b={b}", fixed]')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const filled = fillCommand(command, { a, b })
        if (filled.ok) expect(filled.argv).toEqual(['prog', a, `--b=${b}`, 'fixed'])
        else expect(a.startsWith('-') || `${a}${b}`.includes('\0') || !a.isWellFormed() || !b.isWellFormed()).toBe(true)
      }),
    )
  })
})
