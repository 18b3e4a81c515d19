import type { ProviderPackage } from '../recorded-answers/provider-package.ts'

/** A provider of models, and how to create one of its models. */
export interface Provider {
  /** Its name for people. */
  readonly title: string
  /**
   * The variables that must be set: for each need, all variables of one alternative. The first alternative is the
   * recommended one.
   */
  readonly needs: readonly Need[]
  /** Variables that must be addresses if they are set. */
  readonly addresses?: readonly string[]
  /** The page that issues keys. */
  readonly keys?: string
  /** The package of the AI SDK that creates the model. */
  readonly package: (asked: AskedModel) => ProviderPackage
}

/** Alternatives, each a list of variables that are needed together. */
export type Need = readonly (readonly string[])[]

/** A requested model, with the environment for its settings. */
export interface AskedModel {
  /** The provider's name of the model. */
  readonly name: string
  /** The value of the first of these variables that is set and not blank. */
  readonly variable: (...names: string[]) => string | undefined
}
