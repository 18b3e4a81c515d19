import type { Limit } from '../admission/limit.ts'
import { ToolGate } from '../attempt/tool-gate.ts'
import { idleRetryLine, omittedToolLine } from '../calls/log-lines.ts'
import { retriesInVain } from '../calls/retrying.ts'
import type { EventHub } from '../calls/event-hub.ts'
import type { BreakerState } from '../contract/events.ts'
import { MisuseError } from '../contract/misuse.ts'
import type { Uncheckable } from '../contract/schema.ts'
import { printable } from '../contract/text.ts'
import { placeInTool, problemOf, type ToolProblem, UnusableTool } from '../contract/tool-problem.ts'
import { type CompiledTool, compileTool } from '../tool/compiled-tool.ts'
import { checkTool } from '../tool/define-tool.ts'
import { ToolRegistry } from '../tool/tool-registry.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { ControllerParts } from './controller.ts'
import type { ExecutorSettings } from './settings.ts'

/** The parts of an executor that compile tools. */
export interface CompilerServices {
  readonly settings: ExecutorSettings
  readonly controller: ControllerParts
  readonly events: EventHub
  /** The limits that all calls of the executor share, its own first. */
  readonly wide: readonly Limit[]
  readonly warn: (line: string) => void
}

/** The tools of an executor, compiled: the registered ones, and those that applications pass to `call`. */
export class ToolCompiler {
  readonly registry: ToolRegistry = new ToolRegistry()
  /** The problems of the registered tools, and of those that were left out. */
  readonly problems: ToolProblem[] = []
  /** Whether the executor, or any tool that it knows, has a deadline. */
  hasDeadlines: boolean
  readonly #services: CompilerServices
  #foreign: WeakMap<AnyTool, CompiledTool> | undefined

  constructor(services: CompilerServices) {
    this.#services = services
    this.hasDeadlines = services.settings.deadlineMs !== Infinity
  }

  /**
   * Registers the tools of an executor.
   *
   * @param omits whether tools that cannot be used are left out
   * @throws MisuseError for a tool that cannot be used, otherwise
   */
  register(tools: readonly AnyTool[], omits: boolean): void {
    if (!Array.isArray(tools)) throw new MisuseError('tools', 'an array of tools', tools)
    for (const [index, tool] of (tools as readonly AnyTool[]).entries()) {
      try {
        const { compiled, problems } = this.#compile(tool, true)
        this.registry.add(compiled)
        this.problems.push(...problems)
      } catch (error) {
        if (!omits || !(error instanceof MisuseError)) throw error
        const problem = problemOf(error, tool, index, 'invalid_tool')
        this.problems.push(problem)
        this.#services.warn(omittedToolLine(problem))
      }
    }
  }

  /** The compiled form of a tool that an application passes itself, registered or not. */
  readonly compiled = (tool: AnyTool): CompiledTool => {
    checkTool(tool)
    const registered = this.registry.get(tool.name)
    if (registered?.tool === tool) return registered
    const known = this.#foreign?.get(tool)
    if (known !== undefined) return known
    const { compiled } = this.#compile(tool, false)
    ;(this.#foreign ??= new WeakMap()).set(tool, compiled)
    return compiled
  }

  #compile(tool: AnyTool, isNew: boolean): { readonly compiled: CompiledTool; readonly problems: ToolProblem[] } {
    const { settings, controller, wide, warn } = this.#services
    checkTool(tool)
    const { name, isolation, deadlineMs } = tool
    if (isNew && this.registry.has(name))
      throw new UnusableTool('duplicate_name', '/name', 'tools', 'tools of different names', `two named '${name}'`)
    if (deadlineMs !== undefined) this.hasDeadlines = true
    if (isolation !== undefined && settings.isolator === undefined)
      throw new MisuseError(`tool '${name}'.isolation`, 'an executor with an isolator', isolation)
    if (retriesInVain(tool)) warn(idleRetryLine(name))
    const problems: ToolProblem[] = []
    const skip = (part: Uncheckable, of: 'inputSchema' | 'outputSchema'): void => {
      const path = placeInTool(of, part.pointer)
      const message = `tool '${name}'.${of}: ${printable(part.message, 500)}, so it is not checked.`
      problems.push({ tool: name, code: 'unchecked_pattern', message, ...(path !== undefined && { path }) })
    }
    const demands = controller.toolDemands(tool)
    const compiled = compileTool(
      tool,
      this.#gateOf(tool),
      demands,
      demands.within(wide),
      settings.compileJsonSchema,
      settings.effects === 'on',
      settings.onUncheckablePattern === 'skip' ? skip : undefined,
    )
    for (const { message } of problems) warn(message)
    return { compiled, problems }
  }

  #gateOf({ name, breaker }: AnyTool): ToolGate {
    const { settings, controller, events } = this.#services
    const changed = (state: BreakerState, at: number): void => {
      if (events.active) events.emit({ type: 'breaker_changed', at, tool: name, state })
    }
    return new ToolGate(name, settings.maxAbandoned, breaker, changed, (act) => controller.admission.afterwards(act))
  }
}
