import type { JsonObject } from '../core/json.ts'
import { commandTool, NAME } from './format-command.ts'
import type { Field, Pattern, RecordShape, Shape, VariantsShape } from './shape.ts'
import { LOADER_NAMES, TEMPLATE, VARIABLE } from './variable-names.ts'

/** The version and the kind of document that this package reads. */
export const API_VERSION = 'aof.dev/v1'
export const KIND = 'Agent'

/** The groups under which the format was published, each with the versions that mean the same. */
const GROUPS = ['aof.dev', 'aof.sh', 'aof.agenticops.org', 'openagentix.dev']
const API_VERSIONS = GROUPS.flatMap((group) => ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${group}/${version}`))

/** How the name of a module ends; as the text of a regular expression. */
export const MODULE_ENDING = '\\.[cm]?[jt]s$'

const HEADER: Pattern = { regex: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", words: 'the name of an HTTP header' }

const LABEL: Pattern = {
  regex: '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$',
  words: 'letters, digits, and . _ - / between them',
}

const AGENT_NAME: Pattern = {
  regex: '^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$',
  words: 'letters, digits, and . _ - between them, at most 253',
}

/** Without blanks; where it names no provider, the field beside it does. */
const MODEL: Pattern = { regex: '^\\S+$', words: 'provider:name, without blanks' }

const text: Shape = { kind: 'text' }
const words: Shape = { kind: 'list', items: text }
const template: Shape = { kind: 'word', schema: { pattern: TEMPLATE } }
const variables: Shape = {
  kind: 'map',
  keys: VARIABLE,
  values: template,
  schema: { propertyNames: { pattern: VARIABLE.regex, not: { pattern: LOADER_NAMES } } },
}
const headers: Shape = { kind: 'map', keys: HEADER, values: template }
const labels: Shape = { kind: 'map', keys: LABEL, values: { kind: 'word' } }
const anything: Shape = { kind: 'json_object' }
const positive: Shape = { kind: 'number', whole: true, min: 1, max: 1_000_000_000 }
const temperature: Shape = { kind: 'number', whole: false, min: 0, max: 2 }
const seconds: Shape = { kind: 'number', whole: false, min: 0.001, max: 2_147_483 }
const argv: Shape = { kind: 'list', items: { kind: 'word' } }

function optional(shape: Shape, doc: string): Field {
  return { shape, doc }
}

function required(shape: Shape, doc: string): Field {
  return { shape, doc, required: true }
}

const ENABLED = optional({ kind: 'boolean' }, 'false leaves the tool out. Default: true.')
const TIMEOUT_SECS = optional(seconds, 'As timeout, in seconds.')

const modelRecord: RecordShape = {
  kind: 'record',
  title: 'spec.model',
  fields: {
    provider: required({ kind: 'text', pattern: NAME }, 'Who serves the model, e.g. anthropic.'),
    name: required(text, 'What the provider calls the model.'),
    temperature: optional(temperature, 'The same as spec.temperature.'),
    max_tokens: optional(positive, 'The same as spec.max_tokens.'),
  },
}

const model: VariantsShape = {
  kind: 'variants',
  words: 'provider:name',
  variants: [
    { when: 'scalar', shape: { kind: 'text', pattern: MODEL } },
    { when: 'map', shape: modelRecord },
  ],
}

const moduleTool: RecordShape = {
  kind: 'record',
  title: 'a module of tools',
  fields: {
    module: required(
      { kind: 'text', schema: { pattern: MODULE_ENDING } },
      'A JavaScript or TypeScript module below the directory of this file, e.g. ./tools.ts. Every tool that it exports (made with defineTool) is offered to the model.',
    ),
    enabled: ENABLED,
  },
}

const typedTool: RecordShape = {
  kind: 'record',
  title: 'a tool with a type',
  fields: {
    type: required({ kind: 'choice', values: ['Shell', 'HTTP', 'MCP'], anyCase: true }, 'Shell, HTTP or MCP.'),
    name: optional(text, 'What the model calls the tool.'),
    config: optional(anything, 'Settings of the tool; they depend on its type.'),
    enabled: ENABLED,
  },
}

/** A tool of which only the name is known here. */
export const NAMED_TOOL: RecordShape = {
  kind: 'record',
  title: 'a tool by name',
  fields: {
    name: required(text, 'The name of a built-in tool, or of a tool of an MCP server.'),
    source: optional({ kind: 'choice', values: ['builtin', 'mcp'] }, 'Where the tool comes from. Default: builtin.'),
    server: optional(text, 'The MCP server that has the tool, one of mcp_servers.'),
    config: optional(anything, 'Settings of the tool.'),
    timeout_secs: TIMEOUT_SECS,
    enabled: ENABLED,
  },
}

const tool: VariantsShape = {
  kind: 'variants',
  words: 'a tool: {name, command}, {module}, a name, or {type, config}',
  variants: [
    { when: 'scalar', shape: { kind: 'text', schema: { not: { pattern: `[/\\\\]|${MODULE_ENDING}` } } } },
    { when: { field: 'module' }, shape: moduleTool },
    { when: { field: 'command' }, shape: commandTool(ENABLED) },
    { when: { field: 'type' }, shape: typedTool },
    { when: 'map', shape: NAMED_TOOL },
  ],
}

const mcpServer: RecordShape = {
  kind: 'record',
  title: 'an MCP server',
  fields: {
    name: required(text, 'What the server is called here.'),
    transport: optional({ kind: 'choice', values: ['stdio', 'sse', 'http'] }, 'How to talk to it. Default: stdio.'),
    command: optional(
      {
        kind: 'variants',
        words: 'a program, or a list of a program and its arguments',
        variants: [
          { when: 'scalar', shape: text },
          { when: 'list', shape: argv },
        ],
      },
      'The program that is the server (stdio).',
    ),
    args: optional(argv, 'Its arguments.'),
    env: optional(variables, 'Variables for it. ${NAME} and ${NAME:-default} take values from the environment.'),
    url: optional(text, 'The address of the server (sse, http).'),
    endpoint: optional(text, 'The same as url.'),
    headers: optional(headers, 'HTTP headers. ${NAME} and ${NAME:-default} take values from the environment.'),
    tools: optional(words, 'The tools that are used of it. Default: all.'),
    init_options: optional(anything, 'Options for its start.'),
    timeout_secs: TIMEOUT_SECS,
    auto_reconnect: optional({ kind: 'boolean' }, 'Whether to connect again when the connection is lost.'),
  },
}

const memory: VariantsShape = {
  kind: 'variants',
  words: 'InMemory, File:./path.json, or {type, config}',
  variants: [
    { when: 'scalar', shape: text },
    { when: 'map', shape: anything },
  ],
}

const modelConfig: RecordShape = {
  kind: 'record',
  title: 'spec.model_config',
  fields: {
    temperature: optional(temperature, 'The same as spec.temperature.'),
    max_tokens: optional(positive, 'The same as spec.max_tokens.'),
  },
}

const agentFields: Readonly<Record<string, Field>> = {
  model: required(model, 'The model as provider:name, e.g. anthropic:claude-sonnet-4-5.'),
  provider: optional(
    { kind: 'text', pattern: NAME },
    'Who serves the model, where model does not say so, e.g. ollama.',
  ),
  description: optional(text, 'What the agent is for, for people.'),
  instructions: optional(text, 'What the model is told first. The text goes to the model as it is: no ${…} in it.'),
  system_prompt: optional(text, 'The same as instructions.'),
  tools: optional({ kind: 'list', items: tool }, 'The tools that the model may call.'),
  temperature: optional(temperature, 'How much chance there is in the answers, 0 to 2.'),
  max_tokens: optional(positive, 'The most tokens that the model may write in one turn.'),
  max_iterations: optional(positive, 'The most turns that the model may take. Default: 10.'),
  max_parallel_tools: optional(positive, 'The most tool calls that run at once. Default: 10.'),
  timeout: optional({ kind: 'duration' }, 'The longest that a run may take, e.g. 5m. Default: no limit.'),
  tool_timeout: optional({ kind: 'duration' }, 'The longest that one tool call may take. Default: 2m.'),
  eager: optional(
    { kind: 'choice', values: ['all', 'read-only', 'off'] },
    'Which tool calls start while the model is still writing its turn. Default: all.',
  ),
  environment: optional(
    variables,
    'Variables for the commands. ${NAME} and ${NAME:-default} take values from the environment.',
  ),
  env: optional(variables, 'The same as environment.'),
  model_config: optional(modelConfig, 'Settings of the model.'),
  mcp_servers: optional({ kind: 'list', items: mcpServer }, 'MCP servers whose tools the model may call.'),
  memory: optional(memory, 'Where conversations are kept from one run to the next.'),
  max_context_messages: optional(
    positive,
    'Taken, and without effect: the model is shown all messages of its conversation.',
  ),
  tool_restrictions: optional(anything, 'What tools may not be used for.'),
  output_schema: optional(anything, 'The JSON Schema of the answer.'),
}

/** A model that does not say who serves it needs the field that does. */
const PROVIDER_IS_SAID: JsonObject = {
  anyOf: [
    { required: ['provider'] },
    { properties: { model: { anyOf: [{ type: 'object' }, { pattern: '^[A-Za-z][A-Za-z0-9_-]*[:/]\\S' }] } } },
  ],
}

const spec: RecordShape = { kind: 'record', title: 'spec', fields: agentFields, together: PROVIDER_IS_SAID }

const metadata: RecordShape = {
  kind: 'record',
  title: 'metadata',
  fields: {
    name: required({ kind: 'text', pattern: AGENT_NAME }, 'The name of the agent.'),
    namespace: optional(text, 'For people and other tools; nothing here reads it.'),
    description: optional(text, 'What the agent is for, for people.'),
    labels: optional(labels, 'For people and other tools; nothing here reads them.'),
    annotations: optional(labels, 'For people and other tools; nothing here reads them.'),
  },
}

const version: Shape = {
  kind: 'choice',
  values: [API_VERSION],
  also: API_VERSIONS.filter((other) => other !== API_VERSION),
}
const kind: Shape = { kind: 'choice', values: [KIND] }

/** The format of agent files: what the validator checks, and the published JSON Schema says. */
export const AGENT_FORMAT: RecordShape = {
  kind: 'record',
  title: 'an agent file',
  fields: {
    apiVersion: required(version, `The version of the format: ${API_VERSION}.`),
    kind: required(kind, `What the file describes: ${KIND}.`),
    metadata: required(metadata, 'Who the agent is.'),
    spec: required(spec, 'What the agent does, and with what.'),
  },
}

/** The flat form: what `metadata` and `spec` hold, at the top. */
export const FLAT_FORMAT: RecordShape = {
  kind: 'record',
  title: 'an agent file',
  fields: {
    apiVersion: optional(version, `The version of the format: ${API_VERSION}.`),
    kind: optional(kind, `What the file describes: ${KIND}.`),
    ...metadata.fields,
    version: optional({ kind: 'word' }, 'For people; nothing here reads it.'),
    ...agentFields,
  },
  together: PROVIDER_IS_SAID,
}

/** Fields of which one alone says that a document without `spec` and `metadata` is an agent in the flat form. */
export const FLAT_SIGNS = ['model', 'instructions', 'system_prompt'] as const
