import { ToolExecutor as CoreToolExecutor } from './core/executor/executor.ts'
import type { ToolExecutorOptions } from './core/executor/settings.ts'
import type { Isolator } from './core/contract/isolation.ts'
import { LazyIsolator } from './core/attempt/lazy-isolator.ts'
import { lazySpillStore, type SpillOptions, type SpillStore } from './core/values/spill.ts'
import { compileJsonSchema } from './json-schema/compile-json-schema.ts'

/** Files need Node, so they are loaded when the first one is written. */
const openSpillStore = (options: SpillOptions): SpillStore =>
  lazySpillStore(async () => new (await import('./spill/file-store.ts')).FileStore(options))

/** Threads and processes need Node, so they are loaded when the first isolated tool runs. */
const openIsolator = (): Isolator =>
  new LazyIsolator(async () => (await import('./isolation/isolator.ts')).createIsolator())

/**
 * The core's executor with a JSON Schema validator, files for large results, and threads and processes in its ports: what
 * applications use.
 */
export class ToolExecutor extends CoreToolExecutor {
  /** @throws MisuseError where an option is impossible, naming it, what is expected and what came */
  constructor(options: ToolExecutorOptions) {
    super({ compileJsonSchema, openSpillStore, isolator: openIsolator(), ...options })
  }
}
