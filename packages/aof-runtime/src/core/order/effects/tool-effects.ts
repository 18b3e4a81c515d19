import { checkType } from '../../contract/misuse.ts'
import type { CallInfo } from '../../contract/call-info.ts'
import { type Effect, readEffects, readScopes, type ResourceEffect } from './effect.ts'
import type { ResourcePath } from './resource.ts'

/** The effects that a tool declares for its calls. */
export interface EffectOptions {
  /**
   * Returns the resources that a call reads and writes. Two calls conflict if one writes a resource that the other reads or
   * writes. Conflicting calls never run at once, over all executors that share an admission controller; those of one run
   * start in call order. Must return synchronously; if it throws, the call fails (`effects_failed`).
   * @default the resources of `effectScope`: read by a tool with `readOnlyHint`, else written; without `effectScope`, none
   */
  effects?(input: never, ctx: CallInfo<never>): readonly Effect[]
  /**
   * The resources that include all effects of the tool's calls. While the arguments of a call are still streamed, or refer to
   * results that are not there yet, the call counts as writing all of them: later calls of its run that might conflict wait.
   * @default every resource
   */
  readonly effectScope?: string | readonly string[]
}

/** The declared effects, checked. */
export interface ToolEffects {
  /** The upper bound for a call with unknown arguments. It delays only calls of the same run. */
  readonly bound: readonly ResourceEffect[]
  /** @throws TypeError, or whatever the tool's function throws */
  of(input: unknown, info: CallInfo): readonly ResourceEffect[]
}

export function checkEffects(label: string, { effects, effectScope }: EffectOptions): void {
  checkType(`${label}.effects`, effects, 'function')
  readScopes(`${label}.effectScope`, effectScope)
}

/** The effects of a tool's calls; undefined where they have none. */
export function toolEffects(
  label: string,
  tool: EffectOptions & { readonly annotations?: { readonly readOnlyHint?: boolean } },
): ToolEffects | undefined {
  const scopes = readScopes(`${label}.effectScope`, tool.effectScope)
  if (tool.effects === undefined) {
    if (scopes === undefined) return undefined
    const isWrite = tool.annotations?.readOnlyHint !== true
    const known = all(scopes, isWrite, false)
    return { bound: all(scopes, isWrite, true), of: () => known }
  }
  return {
    bound: all(scopes ?? EVERYTHING, true, true),
    of: (input, info) => readEffects(tool.effects?.(input as never, info as never), scopes),
  }
}

const EVERYTHING: readonly ResourcePath[] = [[]]

function all(paths: readonly ResourcePath[], isWrite: boolean, isRunOnly: boolean): readonly ResourceEffect[] {
  return paths.map((path) => ({ path, isWrite, isRunOnly }))
}
