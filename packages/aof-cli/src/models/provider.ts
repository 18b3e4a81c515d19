import type { ProviderPackage } from '../recorded/provider-package.ts'

/** Who serves models, and how one of theirs is made. */
export interface Provider {
  /** For people. */
  readonly title: string
  /**
   * The variables that must be set: of each need one alternative, with all of its variables. The first alternative is
   * the one to recommend.
   */
  readonly needs: readonly Need[]
  /** Variables that, where they are set, must be addresses. */
  readonly addresses?: readonly string[]
  /** Where a key is got. */
  readonly keys?: string
  /** The package of the AI SDK that makes the model. */
  readonly package: (asked: AskedModel) => ProviderPackage
}

/** Alternatives, each a list of variables that go together. */
export type Need = readonly (readonly string[])[]

/** A model that somebody asked for, with the environment that its settings come from. */
export interface AskedModel {
  /** As its provider calls it. */
  readonly name: string
  /** The value of the first of these variables that is set and not blank. */
  readonly variable: (...names: string[]) => string | undefined
}
