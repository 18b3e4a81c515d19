/** The URL of a file of this folder that is run on its own: it ends as this one does, `.ts` in the sources, `.js` built. */
export function entryFile(name: string): URL {
  return new URL(import.meta.url.replace(/[^/]*(\.\w+)(?:[?#].*)?$/, `${name}$1`))
}
