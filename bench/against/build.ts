import { pathToFileURL } from 'node:url'
import type * as Library from '../../packages/aof-runtime/dist/index.js'
import type * as Agents from '../../packages/aof-runtime/dist/agent/index.js'
import type * as Testing from '../../packages/aof-runtime/dist/testing/index.js'

/** The modules of one built checkout. */
export interface Build {
  readonly library: typeof Library
  readonly agents: typeof Agents
  readonly testing: typeof Testing
}

/** Loads the modules of a `dist` folder. Modules of two folders share no code, nor V8's feedback about it. */
export async function loadBuild(dist: string): Promise<Build> {
  const of = (path: string): string => new URL(path, `${pathToFileURL(dist).href}/`).href
  return {
    library: (await import(of('index.js'))) as typeof Library,
    agents: (await import(of('agent/index.js'))) as typeof Agents,
    testing: (await import(of('testing/index.js'))) as typeof Testing,
  }
}
