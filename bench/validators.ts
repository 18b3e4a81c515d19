import type { Validator } from '../packages/aof-runtime/dist/index.js'
import type { z } from 'zod'

/** A zod schema in the form that the hand-written loops use. */
export function zodValidator(schema: z.ZodType): Validator {
  return (value) => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return { ok: true, value: parsed.data }
    const issues = parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((key) => `/${String(key)}`).join(''),
      message,
    }))
    return { ok: false, issues }
  }
}
