import { MisuseError } from '../../contract/misuse.ts'
import type { CallInfo } from '../../contract/call-info.ts'
import { type Effect, readEffects, readScopes, type ResourceEffect } from './effect.ts'
import type { ResourcePath } from './resource.ts'

/** What a tool says of what its calls read and write. */
export interface EffectOptions {
  /**
   * What a call reads and writes. Calls of which one writes what the other reads or writes never run at once, over all
   * executors that share an admission controller; those of one run in call order. Must answer at once; where it throws, the
   * call fails (`effects_failed`).
   * @default what `effectScope` says: read by a tool with `readOnlyHint`, else written; without one, nothing
   */
  effects?(input: never, ctx: CallInfo<never>): readonly Effect[]
  /**
   * Within which resources all its effects lie. While the arguments of a call are still on their way, or refer to results
   * that are not there yet, it counts as writing all of it: later calls of its run that might be in conflict wait.
   * @default whatever calls of its run may name
   */
  readonly effectScope?: string | readonly string[]
}

/** What becomes of that. */
export interface ToolEffects {
  /** What a call may do of which nothing more is known. It holds up calls of its own run alone. */
  readonly bound: readonly ResourceEffect[]
  /** @throws TypeError, or whatever the tool's function throws */
  of(input: unknown, info: CallInfo): readonly ResourceEffect[]
}

/** Throws a MisuseError for what is impossible. */
export function checkEffects(label: string, { effects, effectScope }: EffectOptions): void {
  if (effects !== undefined && typeof effects !== 'function')
    throw new MisuseError(`${label}.effects`, 'a function', effects)
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
