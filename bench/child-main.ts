import { once } from 'node:events'
import type { InChild } from './child.ts'

/** The process that `inChild` starts: one question in, one answer out. */
const [, , file] = process.argv
const [{ question }] = (await once(process, 'message')) as [{ question: unknown }]
const { measure } = (await import(new URL(file ?? '', import.meta.url).href)) as InChild<unknown, unknown>
const answer = await measure(question)
process.send?.(answer, () => process.disconnect())
