/** What a room (a folder of `src`, or a file directly in it) may import from outside itself. */
export interface Room {
  /** Other rooms. */
  readonly rooms: readonly string[]
  /** Rooms that need Node where this one does not: `import()` alone, when they are needed. */
  readonly lazyRooms?: readonly string[]
  /** Packages, as values and types. */
  readonly packages?: readonly string[]
  /** Packages whose types alone may be imported. */
  readonly types?: readonly string[]
  /** Optional packages: `import()` and types alone, so that nothing breaks where one is not installed. */
  readonly lazy?: readonly string[]
  /** Node's own modules, with their `node:` prefix. */
  readonly node: readonly string[] | 'all'
}

/** What Bun, Deno and workers have as well. */
const portable = ['node:async_hooks']

/** The AI SDK's provider packages: optional peers. */
const providers = [
  '@ai-sdk/amazon-bedrock',
  '@ai-sdk/anthropic',
  '@ai-sdk/cohere',
  '@ai-sdk/google',
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  'ollama-ai-provider-v2',
]

/**
 * The rooms and the edges between them. An import that is not here is an error, so a new room begins with its line.
 * No room may import `cli`, and no adapter another adapter.
 */
export const rooms: Readonly<Record<string, Room>> = {
  core: { rooms: [], node: portable },
  'json-schema': { rooms: ['core'], node: portable },
  spill: { rooms: ['core'], node: 'all' },
  isolation: { rooms: ['core', 'tools'], node: 'all' },
  'tool-executor.ts': { rooms: ['core', 'json-schema'], lazyRooms: ['spill', 'isolation'], node: portable },
  'index.ts': { rooms: ['core', 'json-schema', 'tool-executor.ts'], node: portable },
  agent: { rooms: ['core', 'tool-executor.ts'], packages: ['@ai-sdk/provider'], node: portable },
  messages: { rooms: ['core'], node: [] },
  testing: { rooms: ['core'], types: ['@ai-sdk/provider'], node: [] },
  tools: { rooms: ['core'], node: 'all' },
  'agent-file': { rooms: ['core', 'json-schema'], packages: ['yaml'], node: [] },
  cli: {
    rooms: [
      'core',
      'json-schema',
      'tool-executor.ts',
      'index.ts',
      'agent',
      'messages',
      'testing',
      'tools',
      'agent-file',
    ],
    packages: ['@ai-sdk/provider', 'commander', 'yaml'],
    lazy: providers,
    node: 'all',
  },
}
