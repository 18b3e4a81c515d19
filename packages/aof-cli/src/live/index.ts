export type { LiveEvent } from './live-event.ts'
export { openView } from './open-view.ts'
