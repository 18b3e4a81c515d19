/** The imports that a room (a folder of a package's `src`, or a file directly in it) may have from outside itself. */
export interface Room {
  /** Other rooms of its package; a room includes the rooms within it. */
  readonly rooms: readonly string[]
  /** Rooms that need Node, while this one does not: only `import()`, on demand. */
  readonly lazyRooms?: readonly string[]
  /** Packages, for values and types. */
  readonly packages?: readonly string[]
  /** Packages for types alone. */
  readonly types?: readonly string[]
  /** Packages that are loaded on demand: only `import()` and types. */
  readonly lazy?: readonly string[]
  /** Node's own modules, with their `node:` prefix. */
  readonly node: readonly string[] | 'all'
}

/** Modules that Bun, Deno and workers have as well. */
const portable = ['node:async_hooks']

/** Rooms on which every other room of the core stands. */
const ground = ['core/collections', 'core/host', 'core/contract', 'core/values']

/** The rooms of the core. `admission`, `attempt` and `order` are sisters: none imports another. */
const core: Readonly<Record<string, Room>> = {
  'core/collections': { rooms: [], node: [] },
  'core/host': { rooms: ['core/collections'], node: portable },
  'core/contract': { rooms: ['core/collections', 'core/host'], node: [] },
  'core/values': { rooms: ['core/collections', 'core/host', 'core/contract'], node: [] },
  'core/admission': { rooms: ground, node: [] },
  'core/attempt': { rooms: ground, node: [] },
  'core/order': { rooms: ground, node: [] },
  'core/tool': { rooms: [...ground, 'core/admission', 'core/attempt', 'core/order'], node: [] },
  'core/calls': { rooms: [...ground, 'core/admission', 'core/attempt', 'core/order', 'core/tool'], node: portable },
  'core/executor': {
    rooms: [...ground, 'core/admission', 'core/attempt', 'core/order', 'core/tool', 'core/calls'],
    node: [],
  },
  'core/plan': { rooms: ['core'], node: [] },
}

/** The library. No adapter may import another adapter. */
const library: Readonly<Record<string, Room>> = {
  ...core,
  'json-schema': { rooms: ['core'], node: portable },
  spill: { rooms: ['core'], node: 'all' },
  isolation: { rooms: ['core'], node: 'all' },
  'tool-executor.ts': { rooms: ['core', 'json-schema'], lazyRooms: ['spill', 'isolation'], node: portable },
  'index.ts': { rooms: ['core', 'json-schema', 'tool-executor.ts'], node: portable },
  agent: { rooms: ['core', 'tool-executor.ts'], types: ['@ai-sdk/provider'], node: portable },
  messages: { rooms: ['core'], node: [] },
  internal: { rooms: ['core', 'json-schema', 'isolation', 'agent', 'messages'], node: [] },
  testing: { rooms: ['core'], types: ['@ai-sdk/provider'], node: [] },
}

/** The packages of the AI SDK's providers. */
const providers = [
  '@ai-sdk/amazon-bedrock',
  '@ai-sdk/anthropic',
  '@ai-sdk/cohere',
  '@ai-sdk/google',
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  'ollama-ai-provider-v2',
]

/** Rooms of the command may import each other, except the two that stand alone. */
const shared: Room = {
  rooms: [''],
  packages: ['aof-runtime', 'commander', 'yaml'],
  types: ['@ai-sdk/provider'],
  lazy: providers,
  node: 'all',
}

/** The command. */
const command: Readonly<Record<string, Room>> = {
  '': shared,
  'agent-file': { rooms: [], packages: ['aof-runtime', 'yaml'], node: [] },
  tools: { rooms: [], packages: ['aof-runtime'], node: 'all' },
}

/**
 * The rooms of each package, by its folder, and the allowed imports between them. Any other import is an error, so
 * a new room begins with its line here. Packages import each other only by their names.
 */
export const rooms: Readonly<Record<string, Readonly<Record<string, Room>>>> = {
  'packages/aof-runtime/src': library,
  'packages/aof-cli/src': command,
}
