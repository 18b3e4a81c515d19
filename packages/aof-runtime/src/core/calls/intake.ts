import { Expiry } from '../host/expiry.ts'
import type { Timeouts } from '../host/timeouts.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import { describeIssues, isLater, type Validation } from '../contract/schema.ts'
import { sourceOf } from '../contract/time-limits.ts'
import { type FilledArguments, fillArguments } from '../order/dependencies/fill-arguments.ts'
import { findReferences, type FoundReferences } from '../order/dependencies/references.ts'
import type { ToolEffects } from '../order/effects/tool-effects.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import { readArguments } from '../values/arguments.ts'
import type { Call } from './call.ts'
import { type CallState, READING, READY, RESERVED } from './call-state.ts'
import { failure, failures } from './failures.ts'
import type { Prerequisites } from './prerequisites.ts'
import { Retrying } from './retrying.ts'
import type { Settling } from './settling.ts'
import type { Preceding } from './preceding.ts'
import type { Services } from './services.ts'

type IntakeServices = Services<'clock' | 'timeouts' | 'redaction' | 'registry' | 'maxArgumentsBytes' | 'isClosing'>

/** An asynchronous input schema checks the arguments, in the time of an attempt. */
class Checking extends Expiry implements CallState<Call> {
  readonly phase = 'checking'
  readonly #timeouts: Timeouts

  constructor(timeouts: Timeouts, expire: () => void) {
    super(expire)
    this.#timeouts = timeouts
  }

  leave(_call: Call, settle: () => void): void {
    this.#timeouts.remove(this)
    settle()
  }
}

/**
 * The first stage of every call, and of each retry: from its arguments as they came to a valid input.
 *
 * Duty: read the arguments, wait for the results to which they refer and fill those in, validate, and determine the effects;
 * or refuse the call.
 * Boundary: holds no permits.
 * 1. Reading, schemas and `effects` run code of the application, which may end the call: the call goes on only if its state is
 *    the same afterwards.
 */
export class Intake {
  readonly #services: IntakeServices
  readonly #settling: Settling
  readonly #preceding: Preceding

  constructor(services: IntakeServices, settling: Settling, preceding: Preceding) {
    this.#services = services
    this.#settling = settling
    this.#preceding = preceding
  }

  /** Takes the arguments of a call: afterwards it is settled, waits for results, is being checked, or is ready. */
  complete(call: Call, given: unknown, tool: CompiledTool | undefined): void {
    if (call.state !== RESERVED) return
    const { registry, maxArgumentsBytes, redaction, isClosing } = this.#services
    const { batch } = call
    if (batch.isAborted) return this.#settling.stopped(call, 'abort', undefined)
    // Closing lets the calls under way end, and their nested calls with them.
    if (isClosing() && batch.nesting?.parent.call.batch.owner.executor !== batch.owner.executor)
      return this.#settling.refuse(call, failures.closed())
    if (call.index >= batch.maxCalls) return this.#settling.refuse(call, failures.tooManyInTurn(batch.maxCalls))
    if (tool === undefined) return this.#settling.refuse(call, failures.unknownTool(call.name, [...registry.keys()]))
    call.state = READING
    const read = readArguments(given, maxArgumentsBytes, redaction.quoted)
    if (call.state !== READING) return
    if (!read.ok) return this.#settling.refuse(call, failure(read.code, read.message))
    const mayRefer = (read.mayRefer || batch.referenceSyntax.templates) && tool.tool.references !== false
    const found = mayRefer ? findReferences(read.value, batch.referenceSyntax) : undefined
    if (found !== undefined || call.extra?.dependsOn !== undefined) this.#depend(call, tool, read.value, found)
    else this.#take(call, tool, read.value)
  }

  /** Takes the arguments of a call for a further attempt, and asks for its start. */
  again(call: Call, given: unknown): void {
    const { tool } = call
    if (tool === undefined) return
    call.state = READING
    this.#check(call, tool, given)
    this.#preceding.request(call)
  }

  /** @param found undefined if only the host says that the call depends on others */
  #depend(call: Call, tool: CompiledTool, value: unknown, found: FoundReferences | undefined): void {
    if (found?.ok === false) return this.#settling.refuse(call, failure('invalid_reference', found.message))
    const producers = found?.producers ?? []
    const names = [...(call.extra?.dependsOn ?? []), ...producers]
    const prerequisites = call.batch.precedence.of(call)
    if (names.length > 0) prerequisites.dependOn(names)
    if (call.state !== READING) return
    if (found === undefined) return this.#take(call, tool, value)
    call.tool = tool
    call.state = prerequisites
    // The graph may report that the results are there after they were found so here; filling may take time.
    let isFilling = false
    prerequisites.begin('results', () => {
      if (call.state !== prerequisites || isFilling) return
      isFilling = true
      this.#fill(call, tool, prerequisites, { value, producers })
    })
    // Passing the priority on may have started and ended the calls that it waits for.
    if (prerequisites.isMet) prerequisites.dependenciesMet()
  }

  #fill(
    call: Call,
    tool: CompiledTool,
    prerequisites: Prerequisites,
    { value, producers }: { readonly value: unknown; readonly producers: readonly (string | number)[] },
  ): void {
    const { precedence, results, referenceSyntax: syntax } = call.batch
    const filled = fillArguments(value, producers, {
      syntax,
      maxBytes: this.#services.maxArgumentsBytes,
      resultOf: (name) => precedence.resultNamed(name),
      read: (file) => results.resultStore.read(file),
    })
    const proceed = (given: FilledArguments): void => {
      if (call.state !== prerequisites) return
      prerequisites.end()
      call.state = READING
      if (!given.ok) return this.#settling.refuse(call, failure(given.code, given.message, { thrown: given.thrown }))
      this.#take(call, tool, given.value)
      this.#preceding.request(call)
    }
    if (filled instanceof Promise) void filled.then(proceed)
    else proceed(filled)
  }

  #take(call: Call, tool: CompiledTool, value: unknown): void {
    if (tool.retry !== undefined) Retrying.prepare(call, value)
    this.#check(call, tool, value)
  }

  #check(call: Call, tool: CompiledTool, value: unknown): void {
    if (tool.validateInput === undefined) return this.#makeReady(call, tool, value)
    try {
      const validation = tool.validateInput(value)
      if (call.state !== READING) return ignoreLater(validation)
      if (isLater(validation)) this.#checkLater(call, tool, validation)
      else this.#checked(call, tool, validation)
    } catch (thrown) {
      if (call.state === READING) this.#settling.refuse(call, failures.schemaFailed(tool.tool.name, thrown))
    }
  }

  #checkLater(call: Call, tool: CompiledTool, validation: Promise<Validation>): void {
    const { timeouts, clock } = this.#services
    const { times } = call.batch
    const { timeoutMs } = times.attemptLimits(call, tool)
    const check = new Checking(timeouts, () => {
      const source = sourceOf('timeoutMs', times.layers(call, tool))
      this.#settling.refuse(call, failures.schemaTimedOut(call.name, timeoutMs, source))
    })
    call.state = check
    timeouts.add(check, timeoutMs, clock.now())
    const failed = (thrown: unknown): void => this.#settling.refuse(call, failures.schemaFailed(tool.tool.name, thrown))
    const answered = (conclude: () => void): void => {
      if (call.state !== check) return
      timeouts.remove(check)
      try {
        conclude()
      } catch (thrown) {
        failed(thrown)
      }
      this.#preceding.request(call)
    }
    validation.then(
      (verdict) => answered(() => this.#checked(call, tool, verdict)),
      (thrown: unknown) => answered(() => failed(thrown)),
    )
  }

  #checked(call: Call, tool: CompiledTool, verdict: Validation): void {
    if (verdict.ok) this.#makeReady(call, tool, verdict.value)
    else this.#settling.refuse(call, failures.argumentsDoNotFit(call.name, describeIssues(verdict.issues)))
  }

  #makeReady(call: Call, tool: CompiledTool, input: unknown): void {
    const { batch } = call
    const isFirst = call.extra?.tried === undefined
    const limit = isFirst ? batch.budget?.takeCall(tool.tool.name) : undefined
    if (limit !== undefined) return this.#settling.refuse(call, failures.overBudget(limit))
    call.state = READY
    call.tool = tool
    call.input = input
    if (isFirst) batch.nesting?.keys.add(batch.order, call.index, tool.tool.name, input)
    if (tool.effects !== undefined) this.#determineEffects(call, tool.effects, tool.tool.name)
  }

  #determineEffects(call: Call, of: ToolEffects, name: string): void {
    const prerequisites = call.extra?.prerequisites
    if (prerequisites === undefined || prerequisites.claim?.isHeld === true) return
    try {
      const effects = of.of(call.input, call.info())
      if (call.state === READY) prerequisites.refine(effects)
    } catch (thrown) {
      if (call.state === READY) this.#settling.refuse(call, failures.effectsFailed(name, thrown))
    }
  }
}
