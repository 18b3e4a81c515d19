import { type AnyTool, defineTool, type StandardSchema, type ToolContext } from '../../src/index.ts'
import type { BatchFacts, CallFacts } from './facts.ts'
import { type Act, takesNoTime } from './plan.ts'
import { caller, type Stage } from './stage.ts'
import { type ExpectedOutput, returned, thrown } from './values.ts'

/** What tools do to the world around them. */
export interface Surroundings {
  abort(batch: BatchFacts): void
  abortNumber(batch: number): void
  add(call: CallFacts, act: Extract<Act, { does: 'add' }>): void
  nest(call: CallFacts, act: Extract<Act, { does: 'nest' }>): Promise<unknown>
}

const WITH_MARK = { type: 'object', required: ['mark'], properties: { mark: { type: 'string' } } }

/** How long `timed` may take. */
export const TIMED_MS = 10

/** The tools of an executor: each looks up which call it runs for, and does what that call's plan says. */
export function toolsFor(stage: Stage, surroundings: Surroundings): AnyTool[] {
  const execute = (input: unknown, ctx: ToolContext): unknown => new Body(stage, surroundings, input, ctx).run()
  return [
    defineTool({ name: 'plain', execute }),
    defineTool({ name: 'json', inputSchema: WITH_MARK, execute }),
    defineTool({ name: 'later', inputSchema: laterSchema(stage, 'checkedAt'), execute }),
    defineTool({
      name: 'output',
      inputSchema: WITH_MARK,
      outputSchema: { type: ['object', 'string', 'null', 'array', 'boolean'] },
      execute,
    }),
    defineTool({
      name: 'output_later',
      inputSchema: WITH_MARK,
      outputSchema: laterSchema(stage, 'judgedAt'),
      execute,
    }),
    defineTool({
      name: 'content',
      inputSchema: WITH_MARK,
      execute,
      toContent: (data: unknown) => {
        const { mark } = data as { mark: string }
        const how = stage.byMark.get(mark)?.plan.content
        if (how === 'throws') throw new Error(`no content for ${mark}`)
        return how === 'text' ? ('text' as never) : [{ type: 'text', text: mark }]
      },
    }),
    defineTool({ name: 'timed', timeoutMs: TIMED_MS, execute }),
  ]
}

/** A schema that answers as the plan of the call says whose mark it sees. */
function laterSchema(stage: Stage, noted: 'checkedAt' | 'judgedAt'): StandardSchema {
  const validate = (value: unknown): Promise<{ value: unknown } | { issues: { message: string }[] }> => {
    const call = stage.byMark.get((value as { mark?: unknown } | null)?.mark)
    const { does, afterMs } = call?.plan.schema ?? { does: 'misfits', afterMs: 0 }
    if (does === 'throws') throw new Error('the schema broke')
    if (does === 'hangs') return new Promise(() => {})
    return (afterMs > 0 ? stage.sleep(afterMs) : Promise.resolve()).then(() => {
      if (call !== undefined) call[noted] = stage.when()
      if (does === 'rejects') throw new Error('the schema broke later')
      if (does === 'misfits') return { issues: [{ message: 'it does not fit' }] }
      return { value: { ...(value as object), checked: true } }
    })
  }
  return { '~standard': { version: 1, vendor: 'simulation', validate } }
}

/** One run of a tool: notes when it begins and ends, and what it was given. */
class Body {
  readonly #stage: Stage
  readonly #surroundings: Surroundings
  readonly #input: unknown
  readonly #ctx: ToolContext
  readonly #call: CallFacts

  constructor(stage: Stage, surroundings: Surroundings, input: unknown, ctx: ToolContext) {
    this.#stage = stage
    this.#surroundings = surroundings
    this.#input = input
    this.#ctx = ctx
    const call = stage.byContext.get(ctx.context)?.calls[ctx.index]
    if (call === undefined) throw new Error('A tool was run for no call.')
    this.#call = call
  }

  run(): unknown {
    const call = this.#call
    call.began.push(this.#stage.when())
    this.#stage.record(`begin ${call.mark}`)
    this.#checkGiven()
    const { acts, answers } = call.plan.behaviour
    if (answers === 'sync') {
      for (const act of acts) this.#actAtOnce(act)
      return this.#end()
    }
    if (answers === 'thenable') return this.#thenable()
    const promise = this.#perform(acts)
    // A promise whose own `then` never answers: what counts is when the promise itself is settled.
    return answers === 'promise' ? promise : Object.defineProperty(promise, 'then', { value: () => {} })
  }

  async #perform(acts: readonly Act[]): Promise<unknown> {
    try {
      for (const act of acts) await this.#act(act)
    } catch (reason) {
      // It slept, and its signal woke it up.
      this.#noteEnd('throw', reason, { code: 'tool_error' })
      throw reason
    }
    this.#checkCaller()
    return this.#end()
  }

  /** Answers more than once, and differently. */
  #thenable(): unknown {
    const then = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
      this.#perform(this.#call.plan.behaviour.acts).then(
        (value) => {
          resolve(value)
          reject(new Error('a second answer'))
        },
        (reason: unknown) => {
          reject(reason)
          resolve('a second answer')
        },
      )
    }
    return Object.defineProperty({}, 'then', { value: then })
  }

  #checkGiven(): void {
    const stage = this.#stage
    const { plan, batch, index, mark, began } = this.#call
    const ctx = this.#ctx
    this.#checkCaller()
    if (began.length > 1) stage.fault('I20', `${mark} was run ${began.length} times`)
    if (batch.abortedAt !== undefined) stage.fault('I13', `${mark} began after its batch was aborted`)
    if (ctx.index !== index || ctx.call.arguments !== this.#input || ctx.attempt !== 1)
      stage.fault('I5', `${mark} was told of another call`)
    if (!ctx.idempotencyKey.endsWith(`/${index}`)) stage.fault('I3', `${mark} has the key ${ctx.idempotencyKey}`)
    const isChecked = plan.tool === 'later'
    const expected =
      plan.args === 'misfit' ? { mark: 7 } : { mark, shared: { n: 0 }, ...(isChecked && { checked: true }) }
    if (JSON.stringify(this.#input) !== JSON.stringify(expected))
      stage.fault('I5', `${mark} ran with ${JSON.stringify(this.#input)}`)
    // What it was given is its own: nobody else may see this.
    Object.assign((this.#input as { shared?: object }).shared ?? {}, { n: 1 })
  }

  #checkCaller(): void {
    const { batch, mark } = this.#call
    const expected = batch.plan.way === 'open' ? mark : batch.label
    const store = caller.getStore()
    if (store !== expected) this.#stage.fault('I34', `${mark} runs in the context of ${store ?? 'nobody'}`)
  }

  async #act(act: Act): Promise<void> {
    const call = this.#call
    if (takesNoTime(act)) return this.#actAtOnce(act)
    switch (act.does) {
      case 'sleep':
        return this.#stage.sleep(act.ms, act.heeds ? this.#signal() : undefined)
      case 'point':
        return this.#stage.simulation.scheduler.point(call.mark)
      case 'heed':
        return new Promise((resolve) => {
          const signal = this.#signal()
          if (signal.aborted) resolve()
          else signal.addEventListener('abort', () => resolve(), { once: true })
        })
      case 'hang':
        return new Promise(() => {})
      case 'nest':
        await this.#surroundings.nest(call, act)
    }
  }

  #actAtOnce(act: Act): void {
    const call = this.#call
    switch (act.does) {
      case 'progress':
        return this.#progress()
      case 'read signal':
        return void this.#signal()
      case 'log':
        return this.#ctx.logger.info(`working on ${call.mark}`)
      case 'abort own':
        return this.#surroundings.abort(call.batch)
      case 'abort other':
        return this.#surroundings.abortNumber(act.batch)
      case 'add':
        return this.#surroundings.add(call, act)
      case 'nest':
        return void this.#surroundings.nest(call, act)
    }
  }

  #signal(): AbortSignal {
    return (this.#call.signal ??= this.#ctx.signal)
  }

  #progress(): void {
    const call = this.#call
    const { batch, state } = call
    const before = call.progressSeen
    call.lastProgress = { of: call.mark, before }
    this.#ctx.progress(call.lastProgress)
    if (!batch.executor.plan.observed) return
    const isHeard = call.progressSeen > before
    if (isHeard !== (state === 'started')) this.#stage.fault('I12', `progress of ${call.mark}, ${state}: ${isHeard}`)
  }

  #end(): unknown {
    const call = this.#call
    const { ends, lateProgressMs } = call.plan.behaviour
    if (lateProgressMs !== undefined) this.#stage.at(lateProgressMs, () => this.#progress())
    if (ends.by === 'throw') {
      const { value, says } = thrown(ends.value, call.mark)
      this.#noteEnd('throw', value, { code: 'tool_error', says })
      throw value
    }
    // Schemas and content that tell calls apart need a mark to see.
    const seesMark = call.plan.tool === 'output_later' || call.plan.tool === 'content'
    const { value, expected } = returned(seesMark ? 'object' : ends.value, call.mark)
    this.#noteEnd('return', value, this.#afterSchemas(expected))
    return value
  }

  #noteEnd(by: 'return' | 'throw', value: unknown, expected: ExpectedOutput): void {
    this.#call.ended = { ...this.#stage.when(), by, value, expected }
    this.#stage.record(`end ${this.#call.mark}`)
  }

  /** What becomes of an output, given the tool's schemas and the executor's bounds. */
  #afterSchemas(expected: ExpectedOutput): ExpectedOutput {
    const { plan, batch, mark } = this.#call
    if (!('data' in expected)) return expected
    const { maxResultBytes } = batch.executor.plan
    if (JSON.stringify(expected.data).length > maxResultBytes) return { code: 'result_too_large' }
    switch (plan.tool) {
      case 'output':
        return typeof expected.data === 'number' ? { code: 'invalid_output' } : expected
      case 'output_later':
        if (plan.schema.does === 'fits') return { data: { mark, checked: true } }
        return { code: plan.schema.does === 'misfits' ? 'invalid_output' : 'unserializable_result' }
      case 'content':
        return plan.content === 'array' ? expected : { code: 'content_failed' }
      default:
        return expected
    }
  }
}
