import type { Style } from '../style.ts'
import type { Marks } from './marks.ts'

/** How the picture is to look. */
export interface Look {
  readonly style: Style
  readonly marks: Marks
  /** Columns that a line may take. */
  readonly width: number
}
