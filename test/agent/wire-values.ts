/** A tool call in the body of a request. */
interface SentCall {
  readonly id: unknown
  readonly name: unknown
  /** A value, or the JSON text of one. */
  readonly input: unknown
}

/** A tool in the body of a request. */
interface SentTool {
  readonly name: unknown
  /** Undefined where the provider's code leaves it out. */
  readonly schema: unknown
}

/** The values that one provider accepts, and their places in its requests. */
export interface ValueRules {
  readonly ids: RegExp | undefined
  readonly names: RegExp
  readonly refusesBlankText: boolean
  /** Keywords that it refuses at the root of a tool's schema. */
  readonly refusedAtRoot: readonly string[]
  readonly calls: (body: Fields) => SentCall[]
  /** The texts of the assistant. */
  readonly texts: (body: Fields) => unknown[]
  readonly tools: (body: Fields) => SentTool[]
}

type Fields = Readonly<Record<string, unknown>>

/** The values of a body that a provider would refuse, by its documented errors. */
export function valueFaults(body: object, rules: ValueRules): string[] {
  const given = body as Fields
  const faults: string[] = []
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(body))) faults.push('an unpaired surrogate')
  for (const { id, name, input } of rules.calls(given)) {
    if (rules.ids !== undefined && !(typeof id === 'string' && rules.ids.test(id))) faults.push(`the id ${String(id)}`)
    if (!(typeof name === 'string' && rules.names.test(name))) faults.push(`the name ${String(name)}`)
    if (!isObject(valueOf(input))) faults.push(`the input ${JSON.stringify(input)}`)
  }
  if (rules.refusesBlankText)
    for (const text of rules.texts(given))
      if (typeof text !== 'string' || text.trim() === '') faults.push(`the blank text ${JSON.stringify(text)}`)
  for (const { name, schema } of rules.tools(given)) {
    if (!(typeof name === 'string' && rules.names.test(name))) faults.push(`the tool's name ${String(name)}`)
    if (schema === undefined) continue
    if (!isObject(schema)) faults.push(`the schema ${JSON.stringify(schema)}`)
    else faults.push(...schemaFaults(schema, rules.refusedAtRoot))
  }
  return faults
}

function schemaFaults(schema: Fields, refused: readonly string[]): string[] {
  const faults = refused.flatMap((keyword) => (keyword in schema ? [`${keyword} at the root of a schema`] : []))
  if (String(schema['type']).toLowerCase() !== 'object') faults.push(`the root type ${String(schema['type'])}`)
  if (!isObject(schema['properties'])) faults.push('a root without properties')
  else
    for (const name of listOf(schema['required']))
      if (!Object.hasOwn(schema['properties'], String(name)))
        faults.push(`${String(name)} is required and not described`)
  return faults
}

const UNIONS = ['oneOf', 'anyOf', 'allOf']
const OPENAI_ROOT = [...UNIONS, 'enum', 'not']

export const anthropicValues: ValueRules = {
  ids: /^[a-zA-Z0-9_-]+$/,
  names: /^[a-zA-Z0-9_-]{1,128}$/,
  refusesBlankText: true,
  refusedAtRoot: UNIONS,
  calls: (body) =>
    blocks(body, 'tool_use').map(({ id, name, input }) => ({ id, name, input: isObject(input) ? input : [] })),
  texts: (body) => blocks(body, 'text').map(({ text }) => text),
  tools: (body) => fieldsIn(body['tools']).map(({ name, input_schema: schema }) => ({ name, schema })),
}

export const chatValues: ValueRules = {
  ids: /^.{1,40}$/s,
  names: /^[a-zA-Z0-9_-]{1,64}$/,
  refusesBlankText: false,
  refusedAtRoot: OPENAI_ROOT,
  calls: (body) =>
    fieldsIn(body['messages']).flatMap(({ tool_calls: calls }) =>
      fieldsIn(calls).map(({ id, function: called }) => {
        const { name, arguments: input } = fieldsOf(called)
        return { id, name, input }
      }),
    ),
  texts: () => [],
  tools: (body) =>
    fieldsIn(body['tools']).map(({ function: called }) => {
      const { name, parameters: schema } = fieldsOf(called)
      return { name, schema }
    }),
}

export const mistralValues: ValueRules = { ...chatValues, ids: /^[a-zA-Z0-9]{9}$/ }

export const responsesValues: ValueRules = {
  ...chatValues,
  ids: /^.{1,64}$/s,
  calls: (body) =>
    fieldsIn(body['input'])
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name, arguments: input }) => ({ id, name, input })),
  tools: (body) => fieldsIn(body['tools']).map(({ name, parameters: schema }) => ({ name, schema })),
}

export const googleValues: ValueRules = {
  ids: undefined,
  names: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  refusesBlankText: false,
  refusedAtRoot: [],
  calls: (body) =>
    fieldsIn(body['contents']).flatMap(({ parts }) =>
      fieldsIn(parts).flatMap(({ functionCall }) => {
        const { id, name, args } = fieldsOf(functionCall)
        return functionCall === undefined ? [] : [{ id, name, input: isObject(args) ? args : [] }]
      }),
    ),
  texts: () => [],
  tools: (body) =>
    fieldsIn(body['tools']).flatMap(({ functionDeclarations }) =>
      fieldsIn(functionDeclarations).map(({ name, parameters: schema }) => ({ name, schema })),
    ),
}

function blocks(body: Fields, wanted: string): Fields[] {
  return fieldsIn(body['messages']).flatMap(({ content }) => fieldsIn(content).filter(({ type }) => type === wanted))
}

function valueOf(input: unknown): unknown {
  if (typeof input !== 'string') return input
  try {
    return JSON.parse(input)
  } catch {
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function fieldsIn(value: unknown): Fields[] {
  return listOf(value).map(fieldsOf)
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
