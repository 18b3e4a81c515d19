import { checkOptions, namesOf } from './option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration, checkObject, MisuseError } from './misuse.ts'

/** The limits of a run, with everything that it starts. Only the named limits apply. */
export interface BudgetOptions {
  /**
   * Tool calls: at least 0. A call counts as soon as its arguments are valid, however it ends; an invalid call does not
   * count.
   * @default no limit
   */
  readonly toolCalls?: number
  /** Calls of each tool, by the tool's name: at least 0 each. @default no limit */
  readonly callsPerTool?: Readonly<Record<string, number>>
  /** Attempts after the first one of each call: at least 0. @default no limit */
  readonly retries?: number
  /** Tokens of all model calls, input and output: at least 0. @default no limit */
  readonly tokens?: number
  /** Duration from the first use of the budget, in milliseconds: 1 to 2 147 483 647. @default no limit */
  readonly wallMs?: number
  /** Cost of the model calls, in the currency of the prices. @default no limit */
  readonly cost?: CostLimit
}

const BUDGET_OPTIONS = namesOf<BudgetOptions>()('toolCalls callsPerTool retries tokens wallMs cost')

/** The most that model calls may cost, and their prices. */
export interface CostLimit extends TokenPrices {
  /** The most that all model calls together may cost: at least 0. */
  readonly max: number
}

/** Prices of a million tokens. */
export interface TokenPrices {
  /** The price of a million input tokens: at least 0. */
  readonly inputPerMillion: number
  /** The price of a million output tokens: at least 0. */
  readonly outputPerMillion: number
  /** The price of a million input tokens from the provider's cache: at least 0. @default `inputPerMillion` */
  readonly cachedInputPerMillion?: number
}

const COST_LIMIT = namesOf<CostLimit>()('max inputPerMillion outputPerMillion cachedInputPerMillion')

/** Tokens of one model call. */
export interface TokensUsed {
  /** All input tokens, cached or not. */
  readonly input: number
  /** The input tokens that came from the provider's cache. */
  readonly cachedInput: number
  readonly output: number
}

/** The part of a {@link Budget} that has been used. */
export interface BudgetUse {
  readonly toolCalls: number
  readonly retries: number
  readonly tokens: number
  /** Undefined if the budget has no prices. */
  readonly cost: number | undefined
}

/**
 * The limits of a run and the counters for them. One budget can be shared: given to the runs of sub-agents (a tool finds the
 * budget of its run as `ctx.budget`) it limits them all together.
 *
 * Duty: count, and report when a limit is reached.
 * Boundary: it knows no calls, models or clocks; its users report what they use.
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

  /** @throws MisuseError if a limit is out of its bounds */
  constructor(limits: BudgetOptions) {
    checkLimits(limits)
    this.limits = limits
  }

  /** The limit that was exceeded first, by its name in the options; undefined while no limit is exceeded. */
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
   * Starts the time of the budget at `now`, by the clock of its first user, if it has not started yet.
   *
   * @returns the milliseconds that are left; Infinity without a limit
   */
  start(now: number): number {
    this.#startedAt ??= now
    return this.limits.wallMs === undefined ? Infinity : Math.max(0, this.#startedAt + this.limits.wallMs - now)
  }

  /** Counts a call of a tool. @returns the limit that forbids the call, which is not counted then; undefined if it may run */
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

  /** Counts another attempt; false if no attempt is left, and the call ends with its failure. */
  takeRetry(): boolean {
    if (this.#retries >= (this.limits.retries ?? Infinity)) return false
    this.#retries++
    return true
  }

  /** Counts the tokens of a finished model call, also beyond the limit. */
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

  /** Records that a limit was exceeded. @returns its name */
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
