import type { StandardSchema } from '../../packages/aof-runtime/src/index.ts'
import type { Stage } from './stage.ts'

/** A schema that answers as the plan of the call says whose mark it sees. */
export function laterSchema(stage: Stage, noted: 'checkedAt' | 'judgedAt'): StandardSchema {
  const validate = (value: unknown): Promise<{ value: unknown } | { issues: { message: string }[] }> => {
    const call = stage.byMark.get((value as { mark?: unknown } | null)?.mark)
    const { does, afterMs } = call?.plan.schema ?? { does: 'misfits', afterMs: 0 }
    if (does === 'throws') throw new Error('the schema broke')
    if (does === 'hangs') return new Promise(() => {})
    return (afterMs > 0 ? stage.sleep(afterMs) : Promise.resolve()).then(() => {
      if (call !== undefined && noted === 'checkedAt') call.checkedAt = stage.when()
      const attempt = call?.attempts.at(-1)
      if (attempt !== undefined && noted === 'judgedAt') attempt.judgedAt = stage.when()
      if (does === 'rejects') throw new Error('the schema broke later')
      if (does === 'misfits') return { issues: [{ message: 'it does not fit' }] }
      return { value: { ...(value as object), checked: true } }
    })
  }
  return { '~standard': { version: 1, vendor: 'simulation', validate } }
}
