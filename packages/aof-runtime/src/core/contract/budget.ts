import { checkOptions, optionNames } from './option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration, checkObject, MisuseError } from './misuse.ts'

/** How much a run, with everything that it starts, may use. What is not named has no limit. */
export interface BudgetOptions {
  /**
   * Tool calls: at least 0. A call is counted once its arguments are found good, whatever becomes of it then; one that is
   * invalid is not.
   * @default no limit
   */
  readonly toolCalls?: number
  /** Calls of single tools, by name: at least 0 each. @default no limit */
  readonly callsPerTool?: Readonly<Record<string, number>>
  /** Attempts beyond the first one of each call: at least 0. @default no limit */
  readonly retries?: number
  /** Tokens of all model calls, in and out: at least 0. @default no limit */
  readonly tokens?: number
  /** From the first use on, in milliseconds: 1 to 2 147 483 647. @default no limit */
  readonly wallMs?: number
  /** Money for model calls, in the currency of the prices. @default no limit */
  readonly cost?: CostLimit
}

const BUDGET_OPTIONS = optionNames<BudgetOptions>({
  toolCalls: true,
  callsPerTool: true,
  retries: true,
  tokens: true,
  wallMs: true,
  cost: true,
})

/** How much money may be spent, and what things cost. */
export interface CostLimit extends TokenPrices {
  /** At least 0. */
  readonly max: number
}

/** What a million tokens cost. */
export interface TokenPrices {
  /** The price of a million input tokens: at least 0. */
  readonly inputPerMillion: number
  /** The price of a million output tokens: at least 0. */
  readonly outputPerMillion: number
  /** The price of a million input tokens from the provider's cache: at least 0. @default `inputPerMillion` */
  readonly cachedInputPerMillion?: number
}

const COST_LIMIT = optionNames<CostLimit>({
  max: true,
  inputPerMillion: true,
  outputPerMillion: true,
  cachedInputPerMillion: true,
})

/** Tokens of one model call. */
export interface TokensUsed {
  /** All of the input, cached or not. */
  readonly input: number
  /** Of the input, what came from the provider's cache. */
  readonly cachedInput: number
  readonly output: number
}

/** What of a {@link Budget} has been used. */
export interface BudgetUse {
  readonly toolCalls: number
  readonly retries: number
  readonly tokens: number
  /** Undefined where no prices were given. */
  readonly cost: number | undefined
}

/**
 * What a run may use. One budget may be shared: given to the runs of sub-agents (a tool finds its run's as `ctx.budget`)
 * it bounds them all together.
 *
 * Duty: count, and say when there is no more.
 * Boundary: knows no calls, models or clocks; whoever uses something asks or tells.
 *
 * @example
 * ```ts
 * import { Budget, ToolExecutor, defineTool } from 'aof-runtime'
 *
 * const search = defineTool({ name: 'search', execute: () => 'found' })
 * const executor = new ToolExecutor({ tools: [search] })
 * const budget = new Budget({ toolCalls: 1 })
 * const calls = [1, 2].map((n) => ({ id: `${n}`, name: 'search', arguments: {} }))
 * const results = await executor.executeTools(calls, { budget })
 * console.log(results.map(({ status }) => status), budget.exceeded) // [ 'succeeded', 'rejected' ] toolCalls
 * ```
 */
export class Budget {
  readonly limits: BudgetOptions
  readonly #callsPerTool = new Map<string, number>()
  #toolCalls = 0
  #retries = 0
  #tokens = 0
  #cost = 0
  #startedAt: number | undefined
  #exceeded: string | undefined

  /** @throws MisuseError where a limit is impossible */
  constructor(limits: BudgetOptions) {
    checkLimits(limits)
    this.limits = limits
  }

  /** The limit that was exceeded first, as it is named in the options; undefined while none was. */
  get exceeded(): string | undefined {
    return this.#exceeded
  }

  get used(): BudgetUse {
    return {
      toolCalls: this.#toolCalls,
      retries: this.#retries,
      tokens: this.#tokens,
      cost: this.limits.cost === undefined ? undefined : this.#cost,
    }
  }

  /**
   * The budget is in use from `now` on, by the clock of its first user.
   *
   * @returns how many milliseconds are left; Infinity where there is no limit
   */
  start(now: number): number {
    this.#startedAt ??= now
    return this.limits.wallMs === undefined ? Infinity : Math.max(0, this.#startedAt + this.limits.wallMs - now)
  }

  /** Takes a call of a tool, if there is one left. @returns the limit that says no; undefined where the call may run */
  takeCall(tool: string): string | undefined {
    const { toolCalls = Infinity, callsPerTool } = this.limits
    if (this.#toolCalls >= toolCalls) return this.exceed('toolCalls')
    if (callsPerTool !== undefined && Object.hasOwn(callsPerTool, tool)) {
      const taken = this.#callsPerTool.get(tool) ?? 0
      if (taken >= (callsPerTool[tool] as number)) return this.exceed(`callsPerTool.${tool}`)
      this.#callsPerTool.set(tool, taken + 1)
    }
    this.#toolCalls++
    return undefined
  }

  /** Takes another attempt, if there is one left; a call that gets none ends with its failure. */
  takeRetry(): boolean {
    if (this.#retries >= (this.limits.retries ?? Infinity)) return false
    this.#retries++
    return true
  }

  /** A model call is over. Its tokens are spent, whether or not there were so many left. */
  spend({ input, cachedInput, output }: TokensUsed): void {
    const { tokens = Infinity, cost } = this.limits
    this.#tokens += input + output
    if (this.#tokens > tokens) this.exceed('tokens')
    if (cost === undefined) return
    const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = cost
    const uncached = Math.max(0, input - cachedInput)
    this.#cost +=
      (uncached * inputPerMillion + cachedInput * cachedInputPerMillion + output * outputPerMillion) / 1_000_000
    if (this.#cost > cost.max) this.exceed('cost')
  }

  /** A limit has been exceeded. @returns its name */
  exceed(limit: string): string {
    this.#exceeded ??= limit
    return limit
  }
}

function checkLimits(limits: BudgetOptions): void {
  checkOptions('budget', limits, BUDGET_OPTIONS)
  for (const name of ['toolCalls', 'retries', 'tokens'] as const) {
    const limit = limits[name]
    if (limit !== undefined) checkCount(`budget.${name}`, limit, 0)
  }
  const { wallMs, cost, callsPerTool } = limits
  if (wallMs !== undefined) checkDuration('budget.wallMs', wallMs, 1, MAX_DELAY_MS)
  if (callsPerTool !== undefined) {
    checkObject('budget.callsPerTool', callsPerTool)
    for (const [name, limit] of Object.entries(callsPerTool)) checkCount(`budget.callsPerTool.${name}`, limit, 0)
  }
  if (cost !== undefined) checkCost(cost)
}

function checkCost(cost: CostLimit): void {
  checkOptions('budget.cost', cost, COST_LIMIT)
  const { max, inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = cost
  for (const [name, value] of Object.entries({ max, inputPerMillion, outputPerMillion, cachedInputPerMillion }))
    if (typeof value !== 'number' || !(value >= 0))
      throw new MisuseError(`budget.cost.${name}`, 'a number of at least 0', value)
}
