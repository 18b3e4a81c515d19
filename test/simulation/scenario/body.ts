import type { ToolContext } from '../../../packages/aof-runtime/src/index.ts'
import { type ExpectedOutput, returned, thrown } from '../values.ts'
import { type AttemptFacts, type BodyEnd, type CallFacts, isCut } from './facts.ts'
import type { Act } from './plan.ts'
import { caller, type Stage, tracked } from './stage.ts'
import type { Surroundings } from './surroundings.ts'

interface Input {
  readonly mark: unknown
  readonly refs: readonly unknown[]
  readonly shared: { by: string }
}

/** The tool's code in one attempt: checks what it was given, acts by its plan, and notes how it ended. */
export class Body {
  readonly #stage: Stage
  readonly #around: Surroundings
  readonly #call: CallFacts
  readonly #input: unknown
  readonly #ctx: ToolContext
  readonly #attempt: AttemptFacts
  #leave: (() => void) | undefined

  constructor(stage: Stage, around: Surroundings, call: CallFacts, input: unknown, ctx: ToolContext) {
    this.#stage = stage
    this.#around = around
    this.#call = call
    this.#input = input
    this.#ctx = ctx
    const attempt = call.attempts.at(-1)
    if (attempt === undefined || attempt.ctx !== undefined) throw new Error('A tool runs that has not been started.')
    this.#attempt = attempt
    attempt.ctx = ctx
  }

  run(): unknown {
    const { trackNesting } = this.#call.batch.site.plan
    return trackNesting ? tracked.run(this.#attempt, () => this.#run()) : this.#run()
  }

  #run(): unknown {
    const { acts } = this.#call.plan
    this.#checkGiven()
    this.#leave = this.#stage.registers.begin(this.#attempt, () => this.#holdsWrites)
    try {
      this.#around.react('tool', this.#call)
    } catch (reason) {
      throw this.#threw(reason)
    }
    return acts.length === 0 ? this.#end() : this.#perform(acts)
  }

  async #perform(acts: readonly Act[]): Promise<unknown> {
    try {
      for (const [place, act] of acts.entries()) {
        await this.#act(act, `${this.#attempt.number}.${place}`)
        if (place === 0) this.#around.react('tool', this.#call)
      }
    } catch (reason) {
      throw this.#threw(reason)
    }
    this.#checkCaller()
    return this.#end()
  }

  #checkGiven(): void {
    const stage = this.#stage
    const { mark, plan, index, batch } = this.#call
    const ctx = this.#ctx
    this.#checkCaller()
    if (isCut(this.#call)) stage.fault('I13', `${mark} begins after it was aborted`)
    if (ctx.index !== index || ctx.attempt !== this.#attempt.number || ctx.call.arguments !== this.#input)
      stage.fault('I5', `${mark} is given another call`)
    const { mark: given, refs, shared } = this.#input as Input
    const isUnreadable = plan.args === 'truncated' && batch.plan.way !== 'single'
    if (isUnreadable || plan.args === 'cycle') stage.fault('I37', `${mark} runs with ${plan.args} arguments`)
    if (shared.by !== 'all') stage.fault('I5', `${mark} runs with what another call was given`)
    if (given !== (plan.args === 'misfit' ? 7 : mark))
      stage.fault('I5', `${mark} runs with ${JSON.stringify(this.#input)}`)
    this.#checkReferences(refs)
    this.#checkKey()
    // Its input belongs to it: no other attempt may see this change.
    Object.assign(this.#input as object, { mark, refs: ['spoilt'] })
    shared.by = 'spoilt'
  }

  /** I3: a key is one call's, in all its attempts. */
  #checkKey(): void {
    const { idempotencyKey } = this.#ctx
    const other = this.#stage.byKey.get(idempotencyKey)
    if (other === undefined) this.#stage.byKey.set(idempotencyKey, this.#call)
    else if (other !== this.#call)
      this.#stage.fault('I3', `${this.#call.mark} has the key of ${other.mark}, ${idempotencyKey}`)
  }

  #checkReferences(refs: readonly unknown[]): void {
    const { plan, found, mark } = this.#call
    for (const [place, name] of plan.refersTo.entries()) {
      const expected = found.get(name)?.attempts.at(-1)?.ended?.expected
      if (expected === undefined || !('data' in expected)) continue
      if (JSON.stringify(refs[place]) !== JSON.stringify(expected.data))
        this.#stage.fault('I5', `${mark} has ${JSON.stringify(refs[place])} for the result of ${name}`)
    }
  }

  /** I34: the tool runs in the async context of its caller. */
  #checkCaller(): void {
    const { batch, mark } = this.#call
    const expected = batch.plan.way === 'open' ? mark : batch.label
    const store = caller.getStore()
    if (store !== expected) this.#stage.fault('I34', `${mark} runs in the context of ${store ?? 'none'}`)
  }

  async #act(act: Act, place: string): Promise<void> {
    const { clock, scheduler } = this.#stage.simulation
    const call = this.#call
    switch (act.does) {
      case 'sleep':
        return clock.sleep(act.ms, act.heeds ? { signal: this.#ctx.signal } : {})
      case 'point':
        return scheduler.point(call.mark)
      case 'progress':
        return this.#ctx.progress({ of: call.mark })
      case 'log':
        return this.#ctx.logger.info(`working on ${call.mark}`)
      case 'hang':
        return new Promise((_, reject) => {
          if (!act.heeds) return
          const { signal } = this.#ctx
          if (signal.aborted) reject(new Error('told to stop'))
          else signal.addEventListener('abort', () => reject(new Error('told to stop')), { once: true })
        })
      case 'nest': {
        const nested = this.#around.nest(this.#attempt, act, place)
        if (act.awaited) await nested
      }
    }
  }

  #end(): unknown {
    const { plan, mark, tool } = this.#call
    const { ends } = plan
    if (ends.by === 'throw') {
      const { value, says } = thrown(ends.value, mark)
      this.#note({ by: 'throw', value, kind: ends.value, expected: { code: 'tool_error', says } })
      this.#stage.happened.add('failing tools')
      throw value
    }
    const { value, expected } = returned(ends.value, mark)
    if (typeof value === 'object' && value !== null) this.#stage.byValue.set(value, this.#call)
    if (ends.value !== 'object' && ends.value !== 'large') this.#stage.happened.add('odd values')
    const misfits = tool?.outputSchema !== 'none' && !plan.outputFits && typeof value === 'object' && value !== null
    const isError = 'code' in expected && expected.code === 'tool_error'
    const outcome: ExpectedOutput = misfits && !isError ? { code: 'invalid_output' } : expected
    this.#note({ by: 'return', value, kind: undefined, expected: outcome })
    return value
  }

  #threw(reason: unknown): unknown {
    if (this.#attempt.ended === undefined)
      this.#note({ by: 'throw', value: reason, kind: undefined, expected: { code: 'tool_error' } })
    return reason
  }

  /** Whether it holds its writes, or they are retained after it was abandoned. */
  get #holdsWrites(): boolean {
    const { abandonedAt, keepsWrites } = this.#attempt
    return abandonedAt === undefined || keepsWrites
  }

  #note(end: Omit<BodyEnd, 'move'>): void {
    this.#leave?.()
    this.#attempt.ended = { ...end, move: this.#stage.move }
    this.#stage.record(`end ${this.#call.mark}`)
  }
}
