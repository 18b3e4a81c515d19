import { thrownMessage } from '../core/values/failure.ts'

export type ToolFunction = (input: unknown, ctx: unknown) => unknown

/** The tool's module cannot be loaded. */
export class ModuleFailed extends Error {
  override readonly name: string = 'ModuleFailed'
}

/**
 * The tool that a module exports: a function of input and context, or an object with such a function as `execute`.
 * Exports of a CommonJS module are found by name, too.
 *
 * @param module a URL
 * @throws ModuleFailed if it cannot be loaded. @throws Error that names module and export if it has no such tool
 */
export async function loadTool(module: string, name: string): Promise<ToolFunction> {
  const exported = find(await load(module), module, name)
  if (typeof exported === 'function') return exported as ToolFunction
  const tool = exported as { readonly execute?: unknown } | null | undefined
  if (typeof tool === 'object' && typeof tool?.execute === 'function') {
    return (input, ctx) => (tool.execute as ToolFunction).call(tool, input, ctx)
  }
  const what = exported === null ? 'null' : `of type ${typeof exported}`
  throw new Error(
    `The export '${name}' of ${module} is neither a tool nor a function, but ${what}. Check isolation.export.`,
  )
}

type Exports = Readonly<Record<string, unknown>>

async function load(module: string): Promise<Exports> {
  try {
    return (await import(module)) as Exports
  } catch (thrown) {
    throw new ModuleFailed(
      `The tool's module ${module} could not be loaded: ${thrownMessage(thrown)} Check isolation.module, and that Node can run it as it is.`,
      { cause: thrown },
    )
  }
}

function find(exports: Exports, module: string, name: string): unknown {
  const inner = exports['default']
  const whole = typeof inner === 'object' && inner !== null ? (inner as Exports) : undefined
  // In an ECMAScript module that was compiled to CommonJS, the default export is one level down.
  if (name === 'default' && whole !== undefined && typeof whole['execute'] !== 'function' && 'default' in whole)
    return whole['default']
  if (Object.hasOwn(exports, name)) return exports[name]
  if (whole !== undefined && Object.hasOwn(whole, name)) return whole[name]
  const names = Object.keys(exports)
    .filter((key) => key !== 'module.exports')
    .slice(0, 10)
    .join(', ')
  throw new Error(
    `The module ${module} has no export '${name}', ${names === '' ? 'nor any other' : `only: ${names}`}. Check isolation.export.`,
  )
}
