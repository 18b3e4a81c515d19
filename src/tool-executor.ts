import { ToolExecutor as CoreToolExecutor, type ToolExecutorOptions } from './core/executor.ts'
import { compileJsonSchema } from './json-schema/compile-json-schema.ts'

/** The core's executor with a JSON Schema validator in its port: what applications use. */
export class ToolExecutor extends CoreToolExecutor {
  /** @throws MisuseError where an option is impossible, naming it, what is expected and what came */
  constructor(options: ToolExecutorOptions) {
    super({ compileJsonSchema, ...options })
  }
}
