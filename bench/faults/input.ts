import { z } from 'zod'

/** The input of every tool of the fault table. */
export const inputSchema = z.object({ q: z.string() })

/** Arguments that fit {@link inputSchema}. */
export type Input = z.infer<typeof inputSchema>
