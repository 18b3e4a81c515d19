import type { JsonObject } from 'aof-runtime'
import { commandTool } from './format-command.ts'
import {
  BOOLEAN,
  choice,
  DEFINITIONS,
  DURATION,
  field,
  type FormatSchema,
  JSON_MAP,
  list,
  map,
  matching,
  number,
  record,
  shortOr,
  TEXT,
  VARIABLES,
  when,
  whole,
  WITH_VARIABLES,
  WORD,
} from './format-parts.ts'
import { AGENT_NAME, HEADER, LABEL, MODULE_ENDING, NAME } from './patterns.ts'

/** The version and the document kind that this package reads. */
export const API_VERSION = 'aof.dev/v1'
export const KIND = 'Agent'

/** The groups under which the format was published; all their versions are equivalent. */
const GROUPS = ['aof.dev', 'aof.sh', 'aof.agenticops.org', 'openagentix.dev']
const API_VERSIONS = GROUPS.flatMap((group) => ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${group}/${version}`))

const COUNT = whole(1, 1_000_000_000)
const TEMPERATURE = number(0, 2)
const ARGUMENTS = list(WORD)
const LABELS = map(LABEL, WORD)

const ENABLED = field('false leaves the tool out. Default: true.', BOOLEAN)
const TIMEOUT_SECS = field('As timeout, in seconds.', number(0.001, 2_147_483))

const MODEL_SETTINGS = {
  temperature: field('The same as spec.temperature.', TEMPERATURE),
  max_tokens: field('The same as spec.max_tokens.', COUNT),
}

/** Text without blanks. If it names no provider, the field `provider` must. */
const MODEL = shortOr(
  { type: 'string', pattern: '^\\S+$' },
  record(
    'spec.model',
    {
      provider: field('The provider of the model, e.g. anthropic.', matching(NAME)),
      name: field("The provider's name of the model.", TEXT),
      ...MODEL_SETTINGS,
    },
    ['provider', 'name'],
  ),
  'provider:name, without blanks',
)

const MODULE_TOOL = record(
  'a module of tools',
  {
    module: field(
      'A JavaScript or TypeScript module below the directory of this file, e.g. ./tools.ts. The model gets every tool that it exports (created with defineTool).',
      { ...TEXT, allOf: [{ pattern: MODULE_ENDING }] },
    ),
    enabled: ENABLED,
  },
  ['module'],
)

const TYPES = ['Shell', 'HTTP', 'MCP']

const TYPED_TOOL = record(
  'a tool with a type',
  {
    type: field(
      'Shell, HTTP or MCP.',
      choice(
        TYPES,
        TYPES.flatMap((type) => [type.toLowerCase(), type.toUpperCase()]).filter((type) => !TYPES.includes(type)),
      ),
    ),
    name: field('The name of the tool, as the model sees it.', TEXT),
    config: field('Settings of the tool, depending on its type.', JSON_MAP),
    enabled: ENABLED,
  },
  ['type'],
)

const NAMED_TOOL = record(
  'a tool by name',
  {
    name: field('The name of a built-in tool, or of a tool of an MCP server.', TEXT),
    source: field('The source of the tool. Default: builtin.', choice(['builtin', 'mcp'])),
    server: field('The MCP server of the tool, one of mcp_servers.', TEXT),
    config: field('Settings of the tool.', JSON_MAP),
    timeout_secs: TIMEOUT_SECS,
    enabled: ENABLED,
  },
  ['name'],
)

/** The fields of a tool by name. */
export const NAMED_TOOL_FIELDS: readonly string[] = Object.keys(NAMED_TOOL.properties ?? {})

/** The kinds of tools that a field identifies. */
const TOOL_KINDS: readonly (readonly [field: string, schema: FormatSchema])[] = [
  ['module', MODULE_TOOL],
  ['command', commandTool(ENABLED)],
  ['type', TYPED_TOOL],
]

/** The fields that identify the kind of a tool. */
export const TOOL_SIGNS: readonly string[] = TOOL_KINDS.map(([sign]) => sign)

const TOOL: FormatSchema = {
  ...TEXT,
  type: ['string', 'object'],
  errorMessage: 'expected a tool: {name, command}, {module}, a name, or {type, config}',
  allOf: [{ not: { type: 'string', pattern: `[/\\\\]|${MODULE_ENDING}` } }],
  ...TOOL_KINDS.reduceRight<FormatSchema>(
    (other, [sign, schema]) => when({ type: 'object', required: [sign] }, schema, other),
    when({ type: 'object' }, NAMED_TOOL),
  ),
}

const MCP_SERVER = record(
  'an MCP server',
  {
    name: field('The name of the server in this file.', TEXT),
    transport: field('The transport. Default: stdio.', choice(['stdio', 'sse', 'http'])),
    command: field('The program of the server (stdio).', {
      ...TEXT,
      ...ARGUMENTS,
      type: ['string', 'array'],
      errorMessage: 'expected a program, or a list of a program and its arguments',
    }),
    args: field('Its arguments.', ARGUMENTS),
    env: field('Variables of the server. ${NAME} and ${NAME:-default} take values from the environment.', VARIABLES),
    url: field('The address of the server (sse, http).', TEXT),
    endpoint: field('The same as url.', TEXT),
    headers: field(
      'HTTP headers. ${NAME} and ${NAME:-default} take values from the environment.',
      map(HEADER, WITH_VARIABLES),
    ),
    tools: field('The tools of the server that the agent gets. Default: all.', list(TEXT)),
    init_options: field('Options for the start of the server.', JSON_MAP),
    timeout_secs: TIMEOUT_SECS,
    auto_reconnect: field('true: reconnect after the connection is lost.', BOOLEAN),
  },
  ['name'],
)

const AGENT_FIELDS = {
  model: field('The model as provider:name, e.g. anthropic:claude-sonnet-4-5.', MODEL),
  provider: field('The provider of the model, if model does not name it, e.g. ollama.', matching(NAME)),
  description: field('The purpose of the agent, for people.', TEXT),
  instructions: field('The system prompt. The model gets the text unchanged: no ${…} is substituted.', TEXT),
  system_prompt: field('The same as instructions.', TEXT),
  tools: field('The tools that the model may call.', list(TOOL)),
  temperature: field('The randomness of the answers, 0 to 2.', TEMPERATURE),
  max_tokens: field('The largest number of tokens that the model may write in one turn.', COUNT),
  max_iterations: field('The largest number of turns of a run. Default: 10.', COUNT),
  max_parallel_tools: field('The largest number of tool calls that run at once. Default: 10.', COUNT),
  timeout: field('The timeout of a run, e.g. 5m. Default: no limit.', DURATION),
  tool_timeout: field('The timeout of one tool call. Default: 2m.', DURATION),
  eager: field(
    'The tool calls that may start while the model is still writing its turn. Default: all.',
    choice(['all', 'read-only', 'off']),
  ),
  environment: field(
    'Variables for the commands. ${NAME} and ${NAME:-default} take values from the environment.',
    VARIABLES,
  ),
  env: field('The same as environment.', VARIABLES),
  model_config: field('Settings of the model.', record('spec.model_config', MODEL_SETTINGS)),
  mcp_servers: field('MCP servers whose tools the model may call.', list(MCP_SERVER)),
  memory: field(
    'The storage of conversations between runs.',
    shortOr(TEXT, JSON_MAP, 'InMemory, File:./path.json, or {type, config}'),
  ),
  max_context_messages: field('Accepted without effect: the model gets all messages of its conversation.', COUNT),
  tool_restrictions: field('Restrictions on the use of tools.', JSON_MAP),
  output_schema: field('The JSON Schema of the answer.', JSON_MAP),
}

/** A model without a provider needs the field `provider`. */
const PROVIDER_IS_SAID: FormatSchema = {
  anyOf: [
    { required: ['provider'] },
    { properties: { model: { anyOf: [{ type: 'object' }, { pattern: '^[A-Za-z][A-Za-z0-9_-]*[:/]\\S' }] } } },
  ],
}

const METADATA_FIELDS = {
  name: field('The name of the agent.', matching(AGENT_NAME)),
  namespace: field('For people and other tools; aof does not read it.', TEXT),
  description: field('The purpose of the agent, for people.', TEXT),
  labels: field('For people and other tools; aof does not read them.', LABELS),
  annotations: field('For people and other tools; aof does not read them.', LABELS),
}

const HEAD_FIELDS = {
  apiVersion: field(`The version of the format: ${API_VERSION}.`, {
    ...choice(
      [API_VERSION],
      API_VERSIONS.filter((other) => other !== API_VERSION),
    ),
    default: API_VERSION,
  }),
  kind: field(`The kind of the document: ${KIND}.`, { ...choice([KIND]), default: KIND }),
}

/** The main parts of an agent file: the file itself, `metadata` and `spec`. */
export const METADATA: FormatSchema = field(
  'The name of the agent, and facts about it.',
  record('metadata', METADATA_FIELDS, ['name']),
)
export const SPEC: FormatSchema = field('The model, the tools and the settings of the agent.', {
  ...record('spec', AGENT_FIELDS, ['model']),
  allOf: [PROVIDER_IS_SAID],
})
export const AGENT: FormatSchema = record('an agent file', { ...HEAD_FIELDS, metadata: METADATA, spec: SPEC }, [
  'apiVersion',
  'kind',
  'metadata',
  'spec',
])

/** The same fields, as references to their schemas at `pointer`. */
function same(fields: Readonly<Record<string, FormatSchema>>, pointer: string): Record<string, FormatSchema> {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, { $ref: `${pointer}/${name}` }]))
}

/** The flat form: the fields of `metadata` and `spec` at the top level. */
const FLAT: FormatSchema = {
  ...record(
    'an agent file',
    {
      ...same(HEAD_FIELDS, '#/else/properties'),
      ...same(METADATA_FIELDS, '#/else/properties/metadata/properties'),
      version: field('For people; aof does not read it.', WORD),
      ...same(AGENT_FIELDS, '#/else/properties/spec/properties'),
    },
    ['name', 'model'],
  ),
  allOf: [PROVIDER_IS_SAID],
}

/** A document without `spec` and `metadata` is an agent in the flat form if it has one of these fields. */
export const FLAT_SIGNS: readonly string[] = ['model', 'instructions', 'system_prompt']

const having = (name: string): FormatSchema => ({ required: [name] })

/** The JSON Schema of agent files, by which they are checked; editors and other validators can use it, too. */
export const AGENT_SCHEMA: FormatSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Agent',
  description: 'An agent: a model, its instructions, and its tools.',
  definitions: DEFINITIONS,
  ...when({ anyOf: FLAT_SIGNS.map(having), not: { anyOf: ['spec', 'metadata'].map(having) } }, FLAT, AGENT),
}

/** {@link AGENT_SCHEMA} as JSON. */
export function agentSchema(): JsonObject {
  return structuredClone(AGENT_SCHEMA) as unknown as JsonObject
}
