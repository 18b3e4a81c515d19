export type { LiveEvent } from './live-event.ts'
export { openPicture } from './picture.ts'
