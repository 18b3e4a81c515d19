import { afterAll } from 'vitest'
import type { Isolator } from '../../packages/aof-runtime/src/core/contract/isolation.ts'
import { createIsolator, type IsolatorOptions } from '../../packages/aof-runtime/src/isolation/isolator.ts'

export { MODES, start, type Started, thrownBy, tools } from './start.ts'

/** An isolator that is closed at the end of the file. */
export function isolator(options?: IsolatorOptions): Isolator {
  const created = createIsolator(options)
  afterAll(() => created.close())
  return created
}
