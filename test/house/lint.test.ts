import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/manifest.ts'

/**
 * Files that break the rules of the house: each line that ends in `//! rule` must be reported by that rule, and no
 * other line by any. `//!` stands for itself only here; the linter gets the files without it.
 */
const planted: Readonly<Record<string, string>> = {
  'packages/aof-runtime/src/core/host/edges.ts': `
    import { AsyncLocalStorage } from 'node:async_hooks'
    import { readFileSync } from 'node:fs' //! aof(rooms)
    import { z } from 'zod' //! aof(rooms)
    import type { LanguageModelV4 } from '@ai-sdk/provider' //! aof(rooms)
    import { compile } from '../../json-schema/index.ts' //! aof(rooms)
    import { nested } from '../collections/set.ts'
    export { other } from '../../messages/leaf.ts' //! aof(rooms)
    export * from '../../agent/leaf.ts' //! aof(rooms)
    export type Tool = import('../../testing/leaf.ts').Tool //! aof(rooms) typescript(consistent-type-imports)
    export const late = (): Promise<unknown> => import('../../root.ts') //! aof(rooms)
    export const outside = (): Promise<unknown> => import('../../../../../test/house/x.ts') //! aof(rooms)
    export const all: unknown[] = [AsyncLocalStorage, readFileSync, z, compile, nested]
    export type All = LanguageModelV4`,
  'packages/aof-runtime/src/core/admission/nested.ts': `
    import { up } from '../host/clock.ts'
    import { sister } from '../order/effects/leaf.ts' //! aof(rooms)
    import { above } from '../calls/leaf.ts' //! aof(rooms)
    import { main } from '../../../../aof-cli/src/main.ts' //! aof(rooms)
    export const nested: unknown[] = [up, sister, above, main]`,
  'packages/aof-runtime/src/core/nowhere.ts': `export const loose = 1 //! aof(rooms)`,
  'packages/aof-runtime/src/core/calls/below.ts': `
    import { nested } from '../admission/nested.ts'
    import { executor } from '../executor/leaf.ts' //! aof(rooms)
    export const below: unknown[] = [nested, executor]`,
  'packages/aof-runtime/src/index.ts': `
    export * from './core/contract/index.ts'
    export * from './json-schema/index.ts'
    export * from './tool-executor.ts'
    export * from './agent/leaf.ts' //! aof(rooms)
    export * from 'node:worker_threads' //! aof(rooms)`,
  'packages/aof-runtime/src/tool-executor.ts': `
    export * from './core/executor/executor.ts'
    export * from './spill/leaf.ts' //! aof(rooms)
    export const late = (): Promise<unknown> => import('./spill/leaf.ts')
    export * from './messages/leaf.ts' //! aof(rooms)`,
  'packages/aof-runtime/src/json-schema/index.ts': `
    import { compare } from '../core/values/leaf.ts'
    import { inspect } from 'node:util' //! aof(rooms)
    export const compile: unknown[] = [compare, inspect, eval('1')] //! eslint(no-eval)
    export const made: unknown = new Function('return 1') //! eslint(no-new-func) typescript(no-implied-eval)`,
  'packages/aof-runtime/src/agent/index.ts': `
    import type { LanguageModelV4 } from '@ai-sdk/provider'
    import { APICallError } from '@ai-sdk/provider' //! aof(rooms)
    import { tool } from '../tool-executor.ts'
    import { compile } from '../json-schema/index.ts' //! aof(rooms)
    import { messages } from '../messages/leaf.ts' //! aof(rooms)
    import { root } from '../index.ts' //! aof(rooms)
    import fs from 'node:fs' //! aof(rooms)
    export const agent: unknown[] = [APICallError, tool, compile, messages, root, fs, process.env] //! eslint(no-restricted-globals)
    export type Model = LanguageModelV4`,
  'packages/aof-runtime/src/messages/index.ts': `
    import type { ToolCall } from '../core/contract/call.ts'
    import type { z } from 'zod' //! aof(rooms)
    import { AsyncLocalStorage } from 'node:async_hooks' //! aof(rooms)
    import { VirtualClock } from '../testing/leaf.ts' //! aof(rooms)
    export type Call = ToolCall
    export type Schema = z.ZodType
    export const all: unknown[] = [AsyncLocalStorage, VirtualClock, Buffer] //! eslint(no-restricted-globals)`,
  'packages/aof-runtime/src/testing/index.ts': `
    import type { LanguageModelV4 } from '@ai-sdk/provider'
    import { APICallError } from '@ai-sdk/provider' //! aof(rooms)
    import { agent } from '../agent/leaf.ts' //! aof(rooms)
    export type All = LanguageModelV4
    export const all: unknown[] = [APICallError, agent]
    export const real = (): unknown => setImmediate(() => undefined) //! aof(seam)`,
  'packages/aof-cli/src/main.ts': `
    import { spawn } from 'node:child_process'
    import { Command } from 'commander'
    import type { OpenAIProvider } from '@ai-sdk/openai'
    import { openai } from '@ai-sdk/openai' //! aof(rooms)
    import { core } from '../../aof-runtime/src/core/index.ts' //! aof(rooms)
    import { printable } from 'aof-runtime/internal'
    import chalk from 'chalk' //! aof(rooms)
    export const lazy = (): Promise<unknown> => import('@ai-sdk/google')
    export const main: unknown[] = [spawn, Command, openai, core, printable, chalk, process.argv]
    export type Provider = OpenAIProvider`,
  'packages/aof-cli/src/tools/leaf.ts': `
    import { spawn } from 'node:child_process'
    import { clock } from 'aof-runtime'
    import { leaf } from '../agent-file/leaf.ts' //! aof(rooms)
    export const all: unknown[] = [spawn, clock, leaf]`,
  'packages/aof-cli/src/agent-file/leaf.ts': `
    import { parse } from 'yaml'
    import { readFile } from 'node:fs/promises' //! aof(rooms)
    import { main } from '../main.ts' //! aof(rooms)
    export const all: unknown[] = [parse, readFile, main]`,
  'packages/aof-runtime/src/bullmq/index.ts': `export const job = 1 //! aof(rooms)`,
  'packages/aof-runtime/src/core/host/clock.ts': `
    export const up = (): unknown => setTimeout(() => undefined, performance.now())`,
  'packages/aof-runtime/src/core/host/seam.ts': `
    import { setTimeout as sleep } from 'node:timers/promises' //! aof(rooms) aof(seam)
    interface Clock { setTimeout(callback: () => void, ms: number): void; now(): number }
    export function mine(clock: Clock, when: Date): unknown[] {
      clock.setTimeout(() => undefined, 1)
      const performance = clock
      return [clock.now(), performance.now(), new Date(0), new Date(when), Date.parse('2026'), Math.max(1, 2), sleep]
    }
    export const timer = (): unknown => setTimeout(() => undefined, 1) //! aof(seam)
    export const interval = (): unknown => setInterval(() => undefined, 1) //! aof(seam)
    export const viaGlobal = (): unknown => globalThis.setTimeout(() => undefined, 1) //! aof(seam)
    export const { now } = performance //! aof(seam)
    export const wall: number = Date.now() //! aof(seam)
    export const quoted: number = Date['now']() //! aof(seam)
    export const { now: taken } = Date //! aof(seam)
    export const today: Date = new Date() //! aof(seam)
    export const text: string = Date() //! aof(seam)
    export const chance: number = Math.random() //! aof(seam)
    export const id: string = crypto.randomUUID() //! aof(seam)
    export const signal: AbortSignal = AbortSignal.timeout(1) //! aof(seam)`,
  'packages/aof-runtime/src/core/host/promises.ts': `
    const work = async (): Promise<number> => 1
    export function start(): void {
      work() //! typescript(no-floating-promises)
      void work()
      ;[1].forEach(async () => { await work() }) //! typescript(no-misused-promises)
      console.log('done') //! eslint(no-console)
    }
    export const parsed = (json: string): { a: number } => JSON.parse(json) //! typescript(no-unsafe-return)
    export const loose = (value: any): string => String(value === 1) //! typescript(no-explicit-any)
    // oxlint-disable-next-line no-console //! unused-directive
    export const quiet = 1
    // @ts-ignore //! typescript(ban-ts-comment)
    export const ignored: number = 'one'
    await work() //! node(no-top-level-await)`,
  'packages/aof-runtime/src/core/host/cycle-a.ts': `
    import { b } from './cycle-b.ts' //! import(no-cycle)
    export const a = (): unknown => b`,
  'packages/aof-runtime/src/core/host/cycle-b.ts': `
    import { a } from './cycle-a.ts' //! import(no-cycle)
    export const b = (): unknown => a`,
  'packages/aof-runtime/src/core/host/circle-a.ts': `
    import type { B } from './circle-b.ts' //! import(no-cycle)
    export interface A { readonly b: B }`,
  'packages/aof-runtime/src/core/host/circle-b.ts': `
    import { type C } from './circle-c.ts' //! import(no-cycle)
    export interface B { readonly c: C }`,
  'packages/aof-runtime/src/core/host/circle-c.ts': `
    export type { A as C } from './circle-a.ts' //! import(no-cycle)`,
  'scripts/circle-a.ts': `
    import type { B } from './circle-b.ts' //! import(no-cycle)
    export interface A { readonly b: B }`,
  'scripts/circle-b.ts': `
    import type { A } from './circle-a.ts' //! import(no-cycle)
    export interface B { readonly a: A }`,
  'packages/aof-runtime/src/core/host/long.ts': linesOf(301, 'export const long = 1 //! eslint(max-lines)'),
  'packages/aof-runtime/src/core/host/full.ts': linesOf(300, 'export const full = 1'),
  'packages/aof-cli/src/long.ts': linesOf(301, 'export const long = 1 //! eslint(max-lines)'),
  'bench/long.ts': linesOf(301, 'export const long = 1 //! eslint(max-lines)'),
  'scripts/long.ts': linesOf(301, 'export const long = 1 //! eslint(max-lines)'),
}

/** A file of that many lines: comments, and the given line at its end. */
function linesOf(count: number, last: string): string {
  return `${'// A comment counts as well.\n'.repeat(count - 1)}${last}`
}

/** `file:line rule`, for every mark and every report. */
const marker = / ?\/\/! (.+)$/

function marks(): string[] {
  return Object.entries(planted).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const rules = marker.exec(line)?.[1]?.split(' ') ?? []
      return rules.map((rule) => `${file}:${index + 1} ${rule}`)
    }),
  )
}

let project = ''
let reports: string[] = []

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'aof-lint-'))
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'scripts/lint']) {
    cpSync(join(root, name), join(project, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  for (const [file, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    const lines = text.split('\n').map((line) => line.replace(marker, ''))
    writeFileSync(join(project, file), lines.join('\n'))
  }
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/oxlint'),
    ['--format=json', 'packages', 'scripts', 'bench'],
    {
      cwd: project,
      encoding: 'utf8',
    },
  )
  reports = (JSON.parse(stdout) as Output).diagnostics.map(
    ({ code, filename, labels }) =>
      `${relative(project, join(project, filename))}:${labels[0]?.span.line} ${code ?? 'unused-directive'}`,
  )
})

afterAll(() => rmSync(project, { recursive: true }))

interface Output {
  readonly diagnostics: readonly {
    readonly code?: string
    readonly filename: string
    readonly labels: readonly { readonly span: { readonly line: number } }[]
  }[]
}

describe('the lint rules', () => {
  test('each planted breach of the lint rules is reported, and nothing else is', () => {
    expect(reports.toSorted()).toEqual(marks().toSorted())
  })
})
