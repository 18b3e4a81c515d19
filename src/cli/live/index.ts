export type { CallArgumentsEvent, LiveEvent } from './live-event.ts'
export { openPicture, type Picture, type PictureOptions } from './picture.ts'
