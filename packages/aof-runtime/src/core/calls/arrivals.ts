import type { ToolCall } from '../contract/call.ts'
import type { ToolResult } from '../contract/result.ts'
import type { OwnTimeLimits } from '../contract/time-limits.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Batch } from './batch.ts'
import type { Call } from './call.ts'
import { emitAccepted } from './call-events.ts'
import { failure, failures } from './failures.ts'
import { readCall } from './read-call.ts'
import type { Services } from './services.ts'
import type { Stages } from './stages.ts'

type ArrivalServices = Services<'registry'> & Stages

/**
 * The arrival of calls at their batch: all at once, or one by one.
 *
 * 1. Of a turn that comes whole, every call has its own copy of its arguments before the first one starts.
 */
export class Arrivals {
  readonly batch: Batch
  readonly #services: ArrivalServices

  constructor(batch: Batch, services: ArrivalServices) {
    this.batch = batch
    this.#services = services
  }

  /** All calls of a turn. @returns all results, in call order */
  acceptAll(calls: readonly ToolCall[]): Promise<ToolResult[]> {
    const { batch } = this
    const { preceding } = this.#services
    batch.orBreakOff(() => {
      batch.logStart(calls.length)
      for (const call of calls) this.#accept(call)
      batch.seal()
      if (batch.precedence.hasFollowers) for (const call of batch.precedence.ranked()) preceding.request(call)
      else this.#requestAll()
    })
    return batch.results.all()
  }

  /** The only call of its turn. @param tool the tool itself, if the application gave it */
  async acceptOne(call: ToolCall, tool: CompiledTool | undefined): Promise<ToolResult | undefined> {
    const { batch } = this
    batch.orBreakOff(() => {
      this.#services.preceding.request(this.#accept(call, tool))
      batch.close()
    })
    return (await batch.results.all())[0]
  }

  /** A call of an open batch, with its arguments. */
  add(given: ToolCall): Call {
    const { batch } = this
    batch.beginAdding()
    let call: Call
    try {
      call = this.#accept(given)
    } finally {
      batch.endAdding()
    }
    this.#services.preceding.request(call)
    return call
  }

  /** A place in an open batch for a call whose arguments have not arrived. */
  reserve(id: string, name: string): Call {
    const tool = this.#services.registry.get(name)
    const { batch } = this
    batch.beginAdding()
    try {
      const call = this.#reserve(id, tool?.tool.name ?? name, tool)
      batch.precedence.entered()
      return call
    } finally {
      batch.endAdding()
    }
  }

  /** The arguments of a reserved call. */
  complete(call: Call, args: unknown): void {
    const { registry, intake, preceding } = this.#services
    intake.complete(call, args, registry.get(call.name))
    preceding.request(call)
  }

  /** A reserved call gets no arguments. @param reason for the model */
  drop(call: Call, reason: string): void {
    this.#services.settling.drop(call, failure('incomplete_call', reason))
  }

  /** Any value may come as a call: an unusable one is settled as invalid. */
  #accept(given: ToolCall, tool?: CompiledTool): Call {
    const { registry, settling, intake } = this.#services
    const { id, name, arguments: args, rare } = readCall(given)
    const known = tool ?? (typeof name === 'string' ? registry.get(name) : undefined)
    const call = this.#reserve(id, known === undefined ? name : known.tool.name, known, rare?.limits)
    if (rare?.flaw !== undefined) settling.drop(call, failure('malformed_call', rare.flaw))
    else if (rare?.incomplete !== undefined) settling.drop(call, failures.incomplete(call.name, rare.incomplete))
    else if (!call.isSettled) {
      if (rare?.priority !== undefined) call.rare().priority = rare.priority
      if (rare?.dependsOn !== undefined) call.rare().dependsOn = rare.dependsOn
      intake.complete(call, args, known)
    }
    this.batch.precedence.entered()
    return call
  }

  #reserve(id: unknown, name: unknown, tool?: CompiledTool, limits?: OwnTimeLimits): Call {
    const { batch } = this
    const { precedence, times } = batch
    const { settling } = this.#services
    const call = batch.enter(typeof id === 'string' ? id : undefined, typeof name === 'string' ? name : '')
    times.limit(call, limits, tool)
    if (tool?.effects !== undefined) precedence.announce(call, tool.effects)
    // A graph that a listener makes has this call already.
    const { hasGraph } = precedence
    // A listener may end the call, so its acceptance is the first event.
    emitAccepted(call)
    if (hasGraph) precedence.enter(call)
    if (batch.isAborted) settling.abort(call)
    else if (times.expired !== undefined) settling.expire(call, times.expired)
    return call
  }

  /** Without a listener, a call that has to wait queues the identical calls after it, too. */
  #requestAll(): void {
    const { preceding, queueing } = this.#services
    const { calls, nesting } = this.batch
    for (let index = 0; index < calls.length; index++) {
      const call = calls[index] as Call
      preceding.request(call)
      if (nesting === undefined && !this.batch.isObserved) index += queueing.enqueueRun(call, calls)
    }
  }
}
