import { type AnyTool, defineTool, type ToolContext } from '../../packages/aof-runtime/src/index.ts'
import {
  type AttemptFacts,
  type BatchFacts,
  begunOf,
  type BodyEnd,
  type CallFacts,
  newAttempt,
  type When,
} from './facts.ts'
import { idleAt } from './calls.ts'
import { type Act, type Behaviour, takesNoTime } from './plan.ts'
import { laterSchema } from './schemas.ts'
import { caller, type Stage } from './stage.ts'
import { BREAKER, DUE_MS, maxAttemptsOf, RETRIES, TIMED } from './tool-settings.ts'
import { type ExpectedOutput, returned, thrown } from './values.ts'

/** The actions of tools on the world around them. */
export interface Surroundings {
  abort(batch: BatchFacts): void
  abortNumber(batch: number): void
  add(call: CallFacts, act: Extract<Act, { does: 'add' }>): void
  nest(call: CallFacts, act: Extract<Act, { does: 'nest' }>): Promise<unknown>
}

const WITH_MARK = { type: 'object', required: ['mark'], properties: { mark: { type: 'string' } } }

/** The tools of an executor: each looks up which call it runs for, and does what that call's plan says. */
export function toolsFor(stage: Stage, surroundings: Surroundings, hasDue: boolean): AnyTool[] {
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
    defineTool({ name: 'timed', ...TIMED, execute }),
    ...(hasDue ? [defineTool({ name: 'due', deadlineMs: DUE_MS, execute })] : []),
    defineTool({ name: 'repeats', annotations: { idempotentHint: true }, retry: RETRIES.repeats, execute }),
    defineTool({ name: 'reads', annotations: { readOnlyHint: true }, retry: RETRIES.reads, execute }),
    defineTool({ name: 'unsafe', retry: RETRIES.unsafe, execute }),
    defineTool({ name: 'fragile', breaker: BREAKER, execute }),
  ]
}

/** One run of a tool: notes when it begins and ends, and what it was given. */
class Body {
  readonly #stage: Stage
  readonly #surroundings: Surroundings
  readonly #input: unknown
  readonly #ctx: ToolContext
  readonly #call: CallFacts
  readonly #attempt: AttemptFacts
  readonly #behaviour: Behaviour

  constructor(stage: Stage, surroundings: Surroundings, input: unknown, ctx: ToolContext) {
    this.#stage = stage
    this.#surroundings = surroundings
    this.#input = input
    this.#ctx = ctx
    const call = stage.byContext.get(ctx.context)?.calls[ctx.index]
    if (call === undefined) throw new Error('A tool was run for no call.')
    this.#call = call
    // If the start was reported, the attempt is known already.
    const last = call.attempts.at(-1)
    this.#attempt = last !== undefined && last.began === undefined ? last : newAttempt(call)
    const { behaviours } = call.plan
    this.#behaviour = behaviours[Math.min(this.#attempt.number, behaviours.length) - 1] ?? behaviours[0]
  }

  run(): unknown {
    const call = this.#call
    this.#attempt.began = this.#stage.when()
    this.#stage.record(`begin ${call.mark}`)
    this.#checkGiven()
    const { acts, answers } = this.#behaviour
    if (answers === 'sync') {
      for (const act of acts) this.#actAtOnce(act)
      return this.#end()
    }
    if (answers === 'thenable') return this.#thenable()
    const promise = this.#perform(acts)
    // A promise whose own `then` never answers: what counts is when the promise itself is settled.
    return answers === 'promise'
      ? promise
      : Object.assign(
          promise,
          answering(() => {}),
        )
  }

  async #perform(acts: readonly Act[]): Promise<unknown> {
    try {
      for (const act of acts) await this.#act(act)
    } catch (reason) {
      // It slept, and its signal woke it up.
      this.#noteEnd({ by: 'throw', value: reason, kind: undefined, expected: { code: 'tool_error' } })
      throw reason
    }
    this.#checkCaller()
    return this.#end()
  }

  /** Answers more than once, and differently. */
  #thenable(): unknown {
    const then = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
      this.#perform(this.#behaviour.acts).then(
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
    return answering(then)
  }

  #checkGiven(): void {
    const stage = this.#stage
    const { plan, batch, index, mark, attempts } = this.#call
    const ctx = this.#ctx
    this.#checkCaller()
    const { number } = this.#attempt
    if (number > maxAttemptsOf(this.#call) || number !== begunOf(this.#call).length)
      stage.fault('I20', `${mark} was run for the ${number}th time`)
    for (const each of attempts)
      if (each !== this.#attempt && each.ended === undefined && plan.tool !== 'reads')
        stage.fault('I20', `${mark} runs while an earlier attempt does`)
    if (batch.abortedAt !== undefined) stage.fault('I13', `${mark} began after its batch was aborted`)
    if (ctx.index !== index || ctx.call.arguments !== this.#input || ctx.attempt !== number)
      stage.fault('I5', `${mark} was told of another call`)
    if (ctx.idempotencyKey.split('/').at(-2) !== `${index}`)
      stage.fault('I3', `${mark} has the key ${ctx.idempotencyKey}`)
    const isChecked = plan.tool === 'later'
    const expected =
      plan.args === 'misfit' ? { mark: 7 } : { mark, shared: { n: 0 }, ...(isChecked && { checked: true }) }
    if (JSON.stringify(this.#input) !== JSON.stringify(expected))
      stage.fault('I5', `${mark} ran with ${JSON.stringify(this.#input)}`)
    // Its input belongs to it: no other call may see this change.
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
      case 'report':
        for (let i = 0; i < act.times; i++) {
          await this.#stage.sleep(act.everyMs)
          this.#progress()
        }
        return
      case 'nest':
        await this.#surroundings.nest(call, act)
        return
      case 'progress':
      case 'read signal':
      case 'log':
      case 'abort own':
      case 'abort other':
      case 'add':
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
      case 'sleep':
      case 'point':
      case 'heed':
      case 'hang':
      case 'report':
    }
  }

  #signal(): AbortSignal {
    return (this.#attempt.signal ??= this.#ctx.signal)
  }

  #progress(): void {
    const call = this.#call
    const attempt = this.#attempt
    const { batch, state, progressSeen } = call
    attempt.lastProgress = { of: call.mark, progressSeen }
    const isOn = attempt === call.attempts.at(-1) && state === 'started'
    if (isOn || !batch.executor.plan.observed) {
      attempt.heardAt = this.#stage.now
      if (this.#stage.now < idleAt(attempt)) attempt.progressedAt = this.#stage.now
    }
    this.#ctx.progress(attempt.lastProgress)
    const isHeard = call.progressSeen > progressSeen
    if (batch.executor.plan.observed && isHeard !== isOn)
      this.#stage.fault('I12', `progress of ${call.mark}, ${state}: ${isHeard}`)
  }

  #end(): unknown {
    const call = this.#call
    const { ends, lateProgressMs } = this.#behaviour
    if (lateProgressMs !== undefined) this.#stage.at(lateProgressMs, () => this.#progress())
    if (ends.by === 'throw') {
      const { value, says } = thrown(ends.value, call.mark)
      this.#noteEnd({ by: 'throw', value, kind: ends.value, expected: { code: 'tool_error', says } })
      throw value
    }
    // Schemas and content that tell calls apart need a mark to see.
    const seesMark = call.plan.tool === 'output_later' || call.plan.tool === 'content'
    const { value, expected } = returned(seesMark ? 'object' : ends.value, call.mark)
    this.#noteEnd({ by: 'return', value, kind: undefined, expected: this.#afterSchemas(expected) })
    return value
  }

  #noteEnd(end: Omit<BodyEnd, keyof When>): void {
    this.#attempt.ended = { ...this.#stage.when(), ...end }
    this.#stage.record(`end ${this.#call.mark}`)
  }

  /** The expected result of an output, given the tool's schemas and the executor's bounds. */
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

/** An object with a `then` of its own. */
function answering(then: unknown): object {
  const object = {}
  Reflect.set(object, 'then', then)
  return object
}
