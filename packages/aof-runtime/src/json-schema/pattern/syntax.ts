import type { CharacterSet } from './character-set.ts'

/** The syntax tree of an ECMAScript regular expression without back-references. */
export type Expression =
  | { readonly type: 'character'; readonly set: CharacterSet }
  | { readonly type: 'sequence' | 'choice'; readonly of: readonly Expression[] }
  | { readonly type: 'repeat'; readonly of: Expression; readonly min: number; readonly max: number }
  | { readonly type: 'start' | 'end' }
  /** Between a word character and another character, or, if `negated`, not. */
  | { readonly type: 'boundary'; readonly negated: boolean }
  /** A look-ahead (`ahead`) or look-behind matches or, if `negated`, does not. */
  | { readonly type: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly of: Expression }

/** Whether every match begins at the first place that is read: the start of the text or, backward, its end. */
export function isAnchored(expression: Expression, backward: boolean): boolean {
  switch (expression.type) {
    case 'start':
      return !backward
    case 'end':
      return backward
    case 'sequence':
      return expression.of.some((one) => isAnchored(one, backward))
    case 'choice':
      return expression.of.every((one) => isAnchored(one, backward))
    case 'repeat':
      return expression.min > 0 && isAnchored(expression.of, backward)
    default:
      return false
  }
}
