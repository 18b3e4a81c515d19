/** Given to Node by `--import`: the package's own name means its source, so that what runs is what is written. */
import { registerHooks } from 'node:module'
import { entryPoints, root } from '../../scripts/manifest.ts'
import { pathToFileURL } from 'node:url'

const sources = new Map(entryPoints.map(({ specifier, source }) => [specifier, pathToFileURL(`${root}${source}`).href]))

registerHooks({
  resolve(specifier, context, nextResolve) {
    const url = sources.get(specifier)
    return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true }
  },
})
