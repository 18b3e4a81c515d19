import type { Style } from '../style.ts'
import type { Marks } from './marks.ts'

/** The theme of a view. */
export interface Theme {
  readonly style: Style
  readonly marks: Marks
  /** The largest number of columns of a line. */
  readonly width: number
}
