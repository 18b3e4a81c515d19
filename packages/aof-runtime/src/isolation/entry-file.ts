/** The URL of a file of this folder that runs on its own: `.ts` in the sources, `.js` in the build, like this file. */
export function entryFile(name: string): URL {
  return new URL(import.meta.url.replace(/[^/]*(\.\w+)(?:[?#].*)?$/, `${name}$1`))
}
