import { ToolExecutor as CoreToolExecutor, type ToolExecutorOptions } from './core/executor.ts'
import { LazySpillStore, type SpillOptions, type SpillStore } from './core/spill.ts'
import { compileJsonSchema } from './json-schema/compile-json-schema.ts'

/** Files need Node, so they are loaded when the first one is written. */
const openSpillStore = (options: SpillOptions): SpillStore =>
  new LazySpillStore(async () => new (await import('./spill/file-store.ts')).FileStore(options))

/** The core's executor with a JSON Schema validator and files for large results in its ports: what applications use. */
export class ToolExecutor extends CoreToolExecutor {
  /** @throws MisuseError where an option is impossible, naming it, what is expected and what came */
  constructor(options: ToolExecutorOptions) {
    super({ compileJsonSchema, openSpillStore, ...options })
  }
}
