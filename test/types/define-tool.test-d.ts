import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import * as v from 'valibot'
import { type } from 'arktype'
import {
  defineTool,
  type JsonObject,
  type AnyTool,
  type Tool,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'

test('the types of input and output are inferred', () => {
  const search = defineTool({
    name: 'search',
    inputSchema: z.object({ q: z.string(), n: z.number().default(3) }),
    execute: async ({ q, n }, ctx) => {
      expectTypeOf(q).toEqualTypeOf<string>()
      expectTypeOf(n).toEqualTypeOf<number>()
      expectTypeOf(ctx.context).toEqualTypeOf<unknown>()
      return { hits: [q], at: new Date() }
    },
    toContent: (data) => {
      expectTypeOf(data).toEqualTypeOf<{ hits: string[]; at: string }>()
      return [{ type: 'text', text: data.at }]
    },
  })
  expectTypeOf(search).toEqualTypeOf<Tool<{ q: string; n: number }, { hits: string[]; at: Date }, unknown>>()
  defineTool({
    name: 'v',
    inputSchema: v.object({ q: v.string() }),
    execute: ({ q }) => {
      expectTypeOf(q).toEqualTypeOf<string>()
      return 1
    },
  })
  defineTool({
    name: 'a',
    inputSchema: type({ q: 'string' }),
    execute: ({ q }) => {
      expectTypeOf(q).toEqualTypeOf<string>()
      return 1
    },
  })
  const j = defineTool({
    name: 'j',
    inputSchema: { type: 'object', properties: { q: { type: 'string' } } },
    execute: (input) => {
      expectTypeOf(input).toEqualTypeOf<JsonObject>()
      return 1
    },
  })
  expectTypeOf(j).toEqualTypeOf<Tool<JsonObject, number, unknown>>()
  const k = defineTool({ name: 'k', inputSchema: { type: 'object' }, execute: ({ q }: { q: string }) => q })
  expectTypeOf(k).toEqualTypeOf<Tool<{ q: string }, string, unknown>>()
  const n = defineTool({ name: 'n', execute: () => undefined })
  expectTypeOf(n).toEqualTypeOf<Tool<JsonObject, undefined, unknown>>()
  const w = defineTool<{ user: string }>()({
    name: 'w',
    inputSchema: z.object({}),
    execute: (_i, ctx) => ctx.context.user,
  })
  expectTypeOf(w).toEqualTypeOf<Tool<Record<string, never>, string, { user: string }>>()
  const list: readonly AnyTool[] = [search, j, k, n, w]
  void list
  type R = ToolResult<{ a: Date; b?: bigint; c: undefined[] }>
  expectTypeOf<Extract<R, { success: true }>['data']>().toEqualTypeOf<{
    a: string
    b?: string | undefined
    c: null[]
  }>()
})
