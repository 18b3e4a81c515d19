import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { agentSchema } from '../../packages/aof-cli/src/agent-file/format.ts'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { compileJsonSchema } from '../../packages/aof-runtime/src/json-schema/compile-json-schema.ts'
import { corpus } from './corpus.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Reasons for which a document is refused that a schema cannot say: by the problem's code, or the words of its message. */
const CANNOT_BE_SAID: readonly (readonly [why: string, code: string, words?: RegExp])[] = [
  ['two fields say different things, or two tools have one name', 'conflict'],
  ['what a value would do inside of a command', 'unsafe'],
  ['which arguments a placeholder names, and whether every call has them', 'placeholder'],
  ['what a path leads to', 'outside'],
  ['the names in `required` are those of `properties`', 'wrong_value', /name of one of the properties/],
  ['parts of a duration that are too long together', 'wrong_value', /expected a duration from/],
]

const own = compileJsonSchema(agentSchema())
const other = new Validator(agentSchema(), '7', false)

/** A document with the fields that the files of the corpus leave out. */
const REST: Json = {
  apiVersion: 'aof.dev/v1',
  kind: 'Agent',
  metadata: { name: 'rest', annotations: { a: 1 } },
  spec: {
    model: { provider: 'openai', name: 'gpt-5', temperature: 0.5 },
    env: { A: 'x', PATH: '/bin' },
    model_config: { max_tokens: 5 },
    memory: { type: 'File', config: {} },
    max_context_messages: 5,
    tool_timeout: 30,
    tools: [
      'kubectl',
      { type: 'shell', config: { a: [1] } },
      { name: 'git', source: 'builtin', timeout_secs: 3 },
      {
        name: 'c',
        command: ['sh', './x.sh', ['{n}']],
        input_schema: {
          type: 'object',
          properties: { n: { type: 'integer' }, k: { enum: ['a', 1] } },
          required: ['k'],
        },
        idempotent: true,
        reads: ['.'],
        writes: ['db:users'],
        retry: { max_attempts: 3, initial_delay: '1s', max_delay: '5s', factor: 2 },
        rate: { n: 5, per: '1s', burst: 2 },
        max_parallel: 2,
        env: ['HOME_DIR'],
        cwd: './x',
        ok_exit_codes: [0, 3],
        timeout: '1m30s',
      },
      { name: 'd', command: ['date'], rate: '5/s', retry: 2, read_only: true },
    ],
    mcp_servers: [
      {
        name: 's',
        command: ['srv', '-x'],
        args: ['a', 1],
        env: { TOKEN: '${TOKEN:-none}' },
        headers: { 'X-Y': '${A}' },
        tools: ['t'],
        timeout_secs: 2,
      },
    ],
  },
}
const FLAT: Json = { name: 'flat', model: 'openai/gpt-5', instructions: 'x', version: 2, tools: [{ module: './t.ts' }] }

const good = corpus('good').map(({ text }) => parse(text, { logLevel: 'error' }) as Json)
const documents: readonly Json[] = [...good, REST, FLAT]

const TEXTS = `
  x my-tool 9x gpt-5 openai:gpt-5 gemini/x :x openai: ./t.ts t.mjs a/b
  0s 1ms 0.4ms 0.0004s 0.001s 0m0s 600h 596h 597h 596h59m 35792m 007m 2147484s 2147483647ms 1m30s 30s1m 10 1.5s .5s 1h1ms
  5/s 0/s 100/10m db:users *.ts [x] \${A} \${A:-b} \${a $\${x $$ \${A:-\${B}} LD_PRELOAD NODE_OPTIONS HOME_DIR 1ST off
  Agent v1 aof.sh/v1alpha1 http HTTP builtin array string object null true`
  .trim()
  .split(/\s+/)
const NUMBERS = [0, 1, -1, 0.5, 2, 3, 100, 101, 256, 1e6, 1e9, 1e10, 0.0005, 0.001, 2147483, 2147484]

/** Values of which each is right somewhere and wrong elsewhere. */
const VALUES: readonly Json[] = [
  ...TEXTS,
  ...NUMBERS,
  '',
  '  ',
  'a b',
  true,
  false,
  null,
  [],
  ['x'],
  ['a b'],
  [1],
  [null],
  [[]],
  ['LD_PRELOAD'],
  ['A', 'my var'],
  ['./x', ['-y']],
  {},
  { a: 1 },
  { 'a b': 1 },
  { NODE_OPTIONS: 'x' },
  { type: 'object' },
  { type: 'string' },
  { type: 'array', items: { type: 'string' } },
  { type: 'array', items: { type: 'object' } },
  { type: ['string', 'null'] },
  { type: [] },
  { enum: [] },
  { enum: ['a', [1]] },
  { const: 1 },
  { type: 'object', properties: [] },
  { type: 'object', properties: { n: { type: 'object' } } },
  { provider: 'a b', name: 'x' },
]
const FIELDS = [
  'x',
  'env',
  'timeout',
  'type',
  'properties',
  'required',
  'module',
  'command',
  'spec',
  'model',
  'provider',
]

interface Change {
  readonly kind: 'set' | 'remove' | 'add'
  readonly at: number
  readonly value: Json
  readonly field: string
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'remove', 'add'),
  at: fc.nat(10_000),
  value: fc.constantFrom(...VALUES),
  field: fc.constantFrom(...FIELDS),
})

/** Every place of a document: what holds it, and its key there. */
function placesOf(value: Json, found: [Json[] | { [key: string]: Json }, string | number][] = []): typeof found {
  if (typeof value !== 'object' || value === null) return found
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value)
  for (const key of keys) {
    found.push([value, key])
    placesOf((value as { [key: string]: Json })[key] as Json, found)
  }
  return found
}

function changed(document: Json, changes: readonly Change[]): Json {
  const copy = structuredClone(document)
  for (const { kind, at, value, field } of changes) {
    const places = placesOf(copy)
    const place = places[at % places.length]
    if (place === undefined) break
    const [holder, key] = place
    const target = holder as { [key: string]: Json }
    if (kind === 'set') target[key] = structuredClone(value)
    else if (kind === 'add' && Array.isArray(holder)) holder.push(structuredClone(value))
    else if (kind === 'add') target[field] = structuredClone(value)
    else if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete target[key]
  }
  return copy
}

const drawn = fc
  .tuple(fc.constantFrom(...documents), fc.array(change, { maxLength: 3 }))
  .map(([document, changes]) => changed(document, changes))

/** The reasons for which `aof validate` refuses a document; those that a schema can say apart. */
function verdictOf(document: Json): { readonly refused: boolean; readonly sayable: readonly string[] } {
  const { ok, problems } = parseAgentFile(JSON.stringify(document), { file: 'agent.yaml' })
  const sayable = problems.filter(
    ({ severity, code, message }) =>
      severity === 'error' &&
      !CANNOT_BE_SAID.some(([, its, words]) => its === code && (words === undefined || words.test(message))),
  )
  return { refused: !ok, sayable: sayable.map(({ path, message }) => `${path}: ${message}`) }
}

describe('the published JSON Schema and the validator agree on drawn documents', () => {
  test('a document that the schema accepts is refused only for reasons beyond a schema, and the other way round', () => {
    let [taken, refused] = [0, 0]
    fc.assert(
      fc.property(drawn, (document) => {
        const bySchema = (own(document as never) as { readonly ok: boolean }).ok
        expect(other.validate(document).valid, 'two validators of the schema').toBe(bySchema)
        const verdict = verdictOf(document)
        if (bySchema) expect(verdict.sayable).toEqual([])
        else expect(verdict.refused, 'the schema refuses what the validator takes').toBe(true)
        if (bySchema) taken++
        else refused++
      }),
      { seed: 13, numRuns: 4_000 },
    )
    expect(Math.min(taken, refused)).toBeGreaterThan(500)
  })
})
