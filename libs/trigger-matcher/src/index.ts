export { matchTypePattern } from './activity-type.js';
export { filterSkips } from './filter-list.js';
export { matchPattern } from './filter-pattern.js';
export type { VersionOption } from './filter-pattern.js';
